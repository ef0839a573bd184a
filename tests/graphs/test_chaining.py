"""Chaining, end to end: what a model invents stops at a gate, is repaired once, and never reaches the reply."""

import json
from pathlib import Path
from typing import Any

import pytest

from bank.knowledge import knowledge
from baton.runs.runner import Job
from baton.runtime.resources import Resources
from baton.storage.records import RunSummary
from evals.dataset import own_datasets
from graphs.chaining import builder
from tests.graphs.conftest import Desk
from tests.scripted import Scripted

MESSAGE = "I cancelled the order for £24.90 at Kestrel Books on 2 November 2026. How do I get a refund for it?"
DATASET = own_datasets() / "chaining.jsonl"
LINES = [json.loads(line) for line in DATASET.read_text("utf-8").splitlines()]
PAN = "4111 1111 1111 1111"

ASKED = {"kind": "request", "quote": "How do I get a refund for it?"}
FACTS = {
    "facts": [
        {"kind": "amount", "quote": "£24.90"},
        {"kind": "name", "quote": "Kestrel Books"},
        {"kind": "date", "quote": "2 November 2026"},
        ASKED,
    ]
}
CASE = {
    "request": "A refund is wanted.",
    "amounts": ["24.90"],
    "dates": ["2026-11-02"],
    "names": ["Kestrel Books"],
    "references": [],
}
INVENTED_FACT = {"facts": [{"kind": "amount", "quote": "£2,490.00"}, ASKED]}
INVENTED_CASE = {**CASE, "amounts": ["2490.00"]}


@pytest.fixture
def both(strong: Scripted, cheap: Scripted) -> Scripted:
    """One model for every link of the chain, answering as told."""
    return cheap


async def worked(desk: Desk, message: str = MESSAGE) -> RunSummary:
    return await desk.work(message, graph="chaining")


async def letter(resources: Resources) -> tuple[str, str, str]:
    """Step, reason and error of the one dead letter."""
    [row] = await resources.database.do(
        lambda tx: tx.execute("SELECT step, reason, error FROM dead_letters").fetchall()
    )
    return row["step"], row["reason"], row["error"]


async def spans(resources: Resources) -> str:
    """Everything that the steps of all runs read, wrote and failed with."""
    rows = await resources.database.do(lambda tx: tx.execute("SELECT input, output, error FROM spans").fetchall())
    return "\n".join(str(tuple(row)) for row in rows)


def data(asked: str) -> dict[str, Any]:
    """The data block of a request to the model."""
    block: dict[str, Any] = json.loads(asked.partition("```json\n")[2].partition("\n```")[0])
    return block


async def closing(message: str = MESSAGE, **changed: Any) -> dict[str, Any]:
    """A sound answer of the model that closes the case, but for what is changed."""
    cited = (await knowledge().search(message, "disputes"))[0].partition(".")[0]
    reply = "Thank you for your message. The rule is below."
    return {"summary": "A refund is wanted.", "reply": reply, "citations": [cited], "facts_used": [0], **changed}


@pytest.mark.usefixtures("content")
async def test_a_message_goes_through_all_links_in_three_calls_and_one_checks_the_answer(desk: Desk) -> None:
    summary = await worked(desk)
    output = summary["output"]
    assert (output["outcome"], output["route"], output["actions"]) == ("answered", "disputes", [])
    assert output["citations"]
    assert summary["usage"]["model_calls"] == 4


@pytest.mark.usefixtures("content")
async def test_facts_that_were_invented_are_repaired_once_and_the_run_goes_on(cheap: Scripted, desk: Desk) -> None:
    cheap.will(INVENTED_FACT, FACTS, CASE)
    assert (await worked(desk))["output"]["outcome"] == "answered"
    assert [data(asked)["complaint"] for asked in cheap.asked] == [None, "the message does not say '£2,490.00'", None]


async def test_facts_that_are_invented_again_park_the_run(cheap: Scripted, desk: Desk, resources: Resources) -> None:
    cheap.will(INVENTED_FACT)
    summary = await worked(desk)
    assert (summary["status"], summary["output"], len(cheap.asked)) == ("dead_lettered", None, 2)
    step, reason, error = await letter(resources)
    assert (step, reason) == ("gate_facts", "gate")
    assert error == "GateFailed: gate_facts: the message does not say '£2,490.00'; it was repaired once already"


@pytest.mark.parametrize(
    "invented, fault",
    [
        ({"amounts": ["2490.00"]}, "no amount in the facts is 2490.00"),
        ({"dates": ["2026-02-11"]}, "no date in the facts is 2026-02-11"),
        ({"dates": ["2999-11-02"]}, "2999-11-02 lies in the future"),
        ({"names": ["Lumen Hotel"]}, "no name in the facts is 'Lumen Hotel'"),
        ({"request": f"My card is {PAN}"}, "the request holds a card number"),
    ],
)
async def test_a_case_that_says_more_than_the_facts_parks_the_run(
    cheap: Scripted, desk: Desk, resources: Resources, invented: dict[str, Any], fault: str
) -> None:
    cheap.will(FACTS, {**CASE, **invented})
    summary = await worked(desk)
    assert (summary["status"], len(cheap.asked)) == ("dead_lettered", 3)
    step, reason, error = await letter(resources)
    assert (step, reason) == ("gate_case", "gate")
    assert fault in error


@pytest.mark.parametrize(
    "invented, fault",
    [
        ({"reply": "You will get GBP 99.00 back."}, "names the amount 99.00"),
        ({"reply": "It is settled on 24 December 2020."}, "names the day 2020-12-24"),
        ({"reply": "Please ask at Lumen Hotel."}, "names 'Lumen Hotel'"),
        ({"reply": "We have refunded GBP 24.90."}, "claims that something was done"),
        ({"reply": f"Your card is {PAN}."}, "holds a card number"),
        ({"citations": ["ACC-01"]}, "only those it was given"),
    ],
)
async def test_a_reply_that_says_more_than_its_sources_parks_the_run(
    strong: Scripted, desk: Desk, resources: Resources, invented: dict[str, Any], fault: str
) -> None:
    strong.will(await closing(**invented))
    summary = await worked(desk)
    assert (summary["status"], summary["output"], len(strong.asked)) == ("dead_lettered", None, 2)
    step, reason, error = await letter(resources)
    assert (step, reason) == ("gate_reply", "gate")
    assert fault in error


@pytest.mark.usefixtures("content")
async def test_each_gate_has_a_repair_of_its_own(both: Scripted, desk: Desk) -> None:
    sound = await closing()
    both.will(INVENTED_FACT, FACTS, INVENTED_CASE, CASE, {**sound, "citations": ["ACC-01"]}, sound)
    assert (await worked(desk))["output"]["reply"] == sound["reply"]
    told = [data(asked)["complaint"] for asked in both.asked]
    assert [complaint is None for complaint in told] == [True, False, True, False, True, False]


async def test_an_empty_reply_is_of_no_use(strong: Scripted, desk: Desk, resources: Resources) -> None:
    strong.will(await closing(reply=" "))
    assert (await worked(desk))["status"] == "dead_lettered"
    assert (await letter(resources))[:2] == ("summarise", "bad_answer")


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("number", [PAN, PAN.replace(" ", ""), PAN.replace(" ", "-")])
async def test_a_card_number_is_masked_before_any_model_reads_it(
    both: Scripted, desk: Desk, resources: Resources, number: str
) -> None:
    message = f"I paid with card {number} at Kestrel Books. How do I get a refund for it?"
    facts = {"facts": [{"kind": "reference", "quote": "[card ending 1111]"}, ASKED]}
    case = {**CASE, "amounts": [], "dates": [], "names": [], "references": ["1111"]}
    sound = await closing(message)
    both.will(facts, case, sound)
    summary = await worked(desk, message)
    assert (summary["status"], summary["output"]["reply"]) == ("done", sound["reply"])
    assert number not in await spans(resources) + "".join(both.asked) + json.dumps(summary)


async def test_a_card_number_over_two_lines_is_masked_too(cheap: Scripted, desk: Desk) -> None:
    cheap.will({"facts": [ASKED]}, {**CASE, "amounts": [], "dates": [], "names": []})
    await worked(desk, f"My card is {PAN[:9]}\n\n{PAN[10:]}. How do I get a refund for it?")
    assert "[card ending 1111]" in data(cheap.asked[0])["message"]


async def test_what_is_not_for_the_desk_goes_to_a_person(desk: Desk) -> None:
    summary = await worked(desk, "Will it rain in Bristol tomorrow?")
    assert (summary["output"]["outcome"], summary["usage"]["model_calls"]) == ("escalated", 0)


async def test_without_a_policy_a_person_answers(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.md").write_text(
        "---\nid: TOP-01\ntitle: Top-ups\nroute: top_ups\neffective: 2026-01-01\n---\nZebras.\n"
    )
    monkeypatch.setenv("BATON_POLICIES", str(tmp_path))
    output = (await worked(desk))["output"]
    assert (output["outcome"], output["reason"].partition(" (")[0]) == ("escalated", "no policy bears on it")


async def test_the_messages_of_the_dataset_pass_every_gate(desk: Desk) -> None:
    jobs = [Job({"customer_id": None, **line["inputs"]}, line["id"]) for line in LINES[::3]]
    ended = list[RunSummary]()
    await desk.runner.work(await desk.runner.queue("chaining", jobs), done=ended.append, concurrency=8)
    assert len(ended) == len(jobs) == 28
    assert {each["status"] for each in ended} == {"done"}


@pytest.mark.usefixtures("content")
async def test_the_graph_works_without_any_set_up(resources: object) -> None:
    output = await builder.compile(name="chaining").ainvoke({"message": MESSAGE, "customer_id": None})
    assert output["outcome"] == "answered"
