"""Single call, end to end: the model's answer as it is, once its form has been checked."""

from typing import Any

import pytest

from graphs.single_call import builder
from tests.graphs.conftest import Desk
from tests.scripted import Scripted

PIN = "How do I change my PIN?"
PAN = "4111 1111 1111 1111"


def answer(**changed: Any) -> dict[str, Any]:
    sound = {"outcome": "answered", "route": "cards", "confidence": 0.9, "reply": "In the app.", "citations": []}
    return {**sound, "reason": "a policy says so", **changed}


async def test_one_call_answers_from_the_policies(desk: Desk) -> None:
    summary = await desk.work(PIN, graph="single_call")
    output = summary["output"]
    assert (output["outcome"], output["route"], output["actions"]) == ("answered", "cards", [])
    assert "CARD-05" in output["citations"]
    assert summary["usage"]["model_calls"] == 1


@pytest.mark.parametrize("message", ["Will it rain in Bristol tomorrow?", "??? !!!"])
async def test_what_no_policy_answers_is_escalated(desk: Desk, message: str) -> None:
    output = (await desk.work(message, graph="single_call"))["output"]
    assert (output["outcome"], output["citations"]) == ("escalated", [])


async def test_the_answer_is_taken_as_it_is(strong: Scripted, desk: Desk) -> None:
    strong.will(answer(outcome="escalated", route="fees", confidence=0.1))
    output = (await desk.work(PIN, graph="single_call"))["output"]
    assert output == {**answer(outcome="escalated", route="fees", confidence=0.1), "actions": [], "urgent": None}


async def test_a_broken_form_is_repaired_once(strong: Scripted, desk: Desk) -> None:
    strong.will(answer(reply="  "), answer())
    assert (await desk.work(PIN, graph="single_call"))["output"]["reply"] == "In the app."
    assert "the reply is empty" in strong.asked[1]


@pytest.mark.parametrize(
    "broken", [{"route": "gardening"}, {"outcome": "acted"}, {"confidence": 1.1}, {"reply": ""}, {"actions": []}]
)
async def test_an_answer_of_no_use_parks_the_run(strong: Scripted, desk: Desk, broken: dict[str, Any]) -> None:
    strong.will(answer(**broken))
    summary = await desk.work(PIN, graph="single_call")
    assert (summary["status"], summary["output"], len(summary["dead_letters"])) == ("dead_lettered", None, 1)


async def test_the_model_reads_no_card_number(strong: Scripted, desk: Desk) -> None:
    strong.will(answer())
    await desk.work(f"Why was my card {PAN} declined?", graph="single_call")
    assert PAN not in strong.asked[0]
    assert "[card ending 1111]" in strong.asked[0]


async def test_the_graph_works_without_any_set_up(resources: object) -> None:
    output = await builder.compile(name="single_call").ainvoke({"message": PIN, "customer_id": None})
    assert output["outcome"] == "answered"
