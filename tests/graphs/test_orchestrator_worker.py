"""Orchestrator and workers, end to end: a bad plan does not cascade, waves end, and nobody reads another's things."""

import json
from typing import Any

import pytest

from bank.clerk.workers import WORKERS
from baton.errors import BadAnswer
from baton.runtime.resources import Resources
from baton.storage.records import RunSummary
from desk.business import Worker
from desk.records import Assignment, Finding
from graphs.orchestrator_worker import builder
from tests.graphs.conftest import Desk
from tests.scripted import Scripted

HOTEL = (
    "Lumen Hotel charged me twice, 180.00 each time. I want one of them refunded. And what does a transfer abroad cost?"
)
ASK = "I paid 180.00 to Lumen Hotel. Is it posted? And what does a transfer abroad cost?"
WHICH = {"id": "which", "worker": "transactions", "question": "Which payments of 180.00 to Lumen Hotel?", "needs": []}
RULE = {"id": "rule", "worker": "policies", "question": "What does a transfer abroad cost?", "needs": []}
AFTER = {"id": "after", "worker": "policies", "question": "Refund of a double charge", "needs": ["which"]}
SOUND = {"subtasks": [WHICH, RULE]}
REPLY = {"reply": "A transfer abroad costs GBP 4.00.", "citations": ["FEES-09"], "action": None}


async def worked(desk: Desk, message: str = ASK, customer_id: str | None = "C012", **context: Any) -> RunSummary:
    return await desk.work(message, customer_id, graph="orchestrator_worker", **context)


async def steps(resources: Resources) -> list[str]:
    """The steps in the order in which they ended."""
    rows = await resources.database.do(lambda tx: tx.execute("SELECT step FROM spans ORDER BY rowid").fetchall())
    return [row["step"] for row in rows]


def data(asked: str) -> dict[str, Any]:
    """The data block of a request to the model."""
    block: dict[str, Any] = json.loads(asked.partition("```json\n")[2].partition("\n```")[0])
    return block


async def test_a_dispute_and_a_question_beside_it_are_investigated_in_waves(desk: Desk, resources: Resources) -> None:
    summary = await worked(desk, HOTEL)
    output = summary["output"]
    [action] = output["actions"]
    assert (output["outcome"], action["name"], action["status"]) == ("escalated", "refund", "proposed")
    assert action["args"]["amount"] == "180.00"
    assert {"DISP-03", "FEES-09"} <= set(output["citations"])
    assert "GBP 180.00 to Lumen Hotel" in output["reason"]
    assert (await steps(resources)).count("collect") == 2
    assert summary["usage"]["model_calls"] == 3  # plan, synthesis, check of the answer
    assert await desk.done() == []


async def test_many_questions_are_answered_in_one_reply(desk: Desk) -> None:
    output = (await worked(desk, "How do I change my PIN? What is the fee for a transfer abroad?", None))["output"]
    assert (output["outcome"], set(output["citations"])) == ("answered", {"CARD-05", "FEES-09", "TRAN-12"})
    assert "GBP 4.00" in output["reply"]


async def test_what_was_found_about_a_payment_is_told(desk: Desk) -> None:
    message = "My card payment of 180.00 at Lumen Hotel, how long is a payment pending?"
    output = (await worked(desk, message))["output"]
    assert output["outcome"] == "answered"
    assert "GBP 180.00 to Lumen Hotel" in output["reply"]


@pytest.mark.parametrize(
    "message", ["???", "IMG_2231.jpg", "Wo ist meine Karte?", "Will it rain in Bristol tomorrow?", "1.\n2.\n3."]
)
async def test_odd_messages_go_to_a_person(desk: Desk, message: str) -> None:
    output = (await worked(desk, message))["output"]
    assert (output["outcome"], output["actions"], bool(output["route"])) == ("escalated", [], True)


async def test_thirty_questions_go_to_a_person_with_the_cap_named(desk: Desk) -> None:
    asked = [f"{number}. What does a transfer of {number}00 pounds abroad cost?" for number in range(1, 31)]
    output = (await worked(desk, "\n".join(asked)))["output"]
    assert output["outcome"] == "escalated"
    assert "the cap of 8 sub-tasks (subtasks) was reached" in output["reason"]


BAD_PLANS = {
    "there is no worker 'hacker'": [{**RULE, "worker": "hacker"}],
    "in a circle": [{**WHICH, "needs": ["after"]}, AFTER],
    "the plan has no sub-task": [],
    "is asked twice": [RULE, {**RULE, "id": "again", "question": "what does a transfer abroad COST"}],
    "the cap of 8 sub-tasks (subtasks) was reached": [{**RULE, "id": f"t{n}", "question": f"{n}?"} for n in range(9)],
    "needs 'nothing', which there is not": [{**RULE, "needs": ["nothing"]}],
    "stands twice": [RULE, {**WHICH, "id": "rule"}],
}


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("fault", [*BAD_PLANS][:2])
async def test_a_bad_plan_is_planned_anew_once(strong: Scripted, desk: Desk, fault: str) -> None:
    strong.will({"subtasks": BAD_PLANS[fault]}, SOUND, REPLY)
    output = (await worked(desk))["output"]
    assert (output["outcome"], output["reply"]) == ("answered", REPLY["reply"])
    assert fault in data(strong.asked[1])["complaint"]


@pytest.mark.parametrize("fault", BAD_PLANS)
async def test_a_second_bad_plan_starts_no_worker_and_goes_to_a_person(
    strong: Scripted, desk: Desk, resources: Resources, fault: str
) -> None:
    strong.will({"subtasks": BAD_PLANS[fault]})
    summary = await worked(desk)
    assert (summary["status"], summary["output"]["outcome"], len(strong.asked)) == ("done", "escalated", 2)
    assert fault in summary["output"]["reason"]
    assert "investigate" not in await steps(resources)


async def test_a_worker_that_fails_spares_its_siblings_and_is_named(
    strong: Scripted, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_assignment: Assignment, _most: int) -> Finding:
        raise BadAnswer("nonsense")

    monkeypatch.setitem(WORKERS, "transactions", Worker("", broken))
    strong.will({"subtasks": [WHICH, RULE, AFTER]}, REPLY)
    summary = await worked(desk)
    output = summary["output"]
    assert (summary["status"], output["outcome"], len(summary["dead_letters"])) == ("done", "escalated", 1)
    assert output["citations"] == ["FEES-09"]
    assert "which (transactions): failed (bad_answer" in output["reason"]
    assert "after (policies): not worked" in output["reason"]
    assert REPLY["reply"] in output["reason"]
    assert REPLY["reply"] not in output["reply"]


async def test_where_all_workers_fail_a_person_is_told_why(
    strong: Scripted, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_assignment: Assignment, _most: int) -> Finding:
        raise BadAnswer("nonsense")

    for name in WORKERS:
        monkeypatch.setitem(WORKERS, name, Worker("", broken))
    strong.will(SOUND)
    summary = await worked(desk)
    assert (summary["output"]["outcome"], len(summary["dead_letters"]), len(strong.asked)) == ("escalated", 2, 1)
    assert summary["output"]["reason"].count("failed (bad_answer") == 2


@pytest.mark.usefixtures("content")
async def test_a_reply_beyond_the_findings_is_repaired_once(strong: Scripted, desk: Desk) -> None:
    strong.will(SOUND, {**REPLY, "reply": "It costs GBP 7.77."}, REPLY)
    assert (await worked(desk))["output"]["reply"] == REPLY["reply"]
    assert data(strong.asked[2])["complaint"] == "neither a finding nor the message names the amount 7.77"


async def test_a_reply_that_stays_beyond_the_findings_is_for_a_person_to_read(strong: Scripted, desk: Desk) -> None:
    strong.will(SOUND, {**REPLY, "reply": "It costs GBP 7.77."})
    output = (await worked(desk))["output"]
    assert (output["outcome"], len(strong.asked), output["citations"]) == ("escalated", 3, ["FEES-09"])
    assert 'the best draft: "It costs GBP 7.77."' in output["reason"]
    assert "7.77" not in output["reply"]


@pytest.mark.parametrize("customer_id", ["C013", None, "C999"])
async def test_somebody_elses_things_are_never_read(strong: Scripted, desk: Desk, customer_id: str | None) -> None:
    """C012 paid Lumen Hotel, C007 has the card; whoever plans and asks what, the worker looks at the asker's own."""
    cards = {"id": "cards", "worker": "cards", "question": "Card K0009 ending 0598 of C007", "needs": []}
    account = {"id": "account", "worker": "account", "question": "Balance of A008 of customer C007", "needs": []}
    theirs = {**WHICH, "question": "T04315 and the payments of customer C012 to Lumen Hotel"}
    strong.will({"subtasks": [theirs, cards, account, RULE]}, REPLY)
    balance = (await desk.bank.accounts("C007"))[0].balance
    output = (await worked(desk, "What is the balance of A008, and is K0009 frozen? Refund T04315.", customer_id))[
        "output"
    ]
    assert output["actions"] == []
    told = data(strong.asked[1])
    assert not any(told["customer"].values() if told["customer"] else [])
    assert balance not in strong.asked[1]


async def test_the_model_sees_only_what_was_found(strong: Scripted, desk: Desk) -> None:
    strong.will(SOUND, REPLY)
    await worked(desk)
    told = data(strong.asked[1])
    assert {row["merchant"] for row in told["customer"]["transactions"]} == {"Lumen Hotel"}
    assert (told["customer"]["cards"], told["customer"]["accounts"]) == ([], [])
    assert "FEES-09" in {each["id"] for each in told["policies"]}


async def test_the_graph_works_without_any_set_up(resources: object) -> None:
    worked = builder.compile(name="orchestrator_worker")
    output = await worked.ainvoke({"message": "How do I change my PIN?", "customer_id": None})
    assert output["outcome"] == "answered"
