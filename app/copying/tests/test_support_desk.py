"""The support desk: the path that a message needs, a person before anything is done, and an action once."""

from typing import Any

from langgraph.types import Send

from baton import Job, open_resources
from baton.runs.registry import load
from baton.runs.runner import Runner
from desk.business import business
from desk.records import Review, Verdict
from graphs.desk.paths import path_update, result
from graphs.desk.reviewing import onward
from graphs.desk.settling import verdict
from graphs.support_desk import graph, path
from state.desk import Draft

CARD = {"message": "My new card has not arrived", "customer_id": None}
FREEZE = {"message": "My card was stolen, please freeze it.", "customer_id": "C2"}
DRAFT = Draft(reply="It is sent again after 5 days.", citations=["CARD-01"], action=None)


def judged(verdict: Verdict, *parts: Draft) -> Any:
    review = Review(verdict=verdict, reason="the checks say so")
    asked = [FREEZE["message"] for _ in parts]
    routed = {**FREEZE, "request": FREEZE["message"], "route": "security", "confidence": 1.0}
    return {**routed, "asides": [], "faults": [], "parts": [*parts], "asked": asked, "review": review}


def test_a_path_that_ended_with_a_person_ends_the_desks_work() -> None:
    resolution: dict[str, Any] = {
        "outcome": "escalated",
        "route": "cards",
        "confidence": 1.0,
        "reply": "A colleague looks.",
    }
    ended = path_update(
        {**resolution, "citations": [], "actions": [], "reason": "no policy bears on it", "has_result": False}
    )
    assert (result(ended), result({"draft": DRAFT})) == ("stop", "on")
    assert path({"path": "vote"}) == "vote"


def test_nothing_goes_on_with_a_fault_and_every_action_has_a_branch() -> None:
    acting = Draft.model_validate({**DRAFT.model_dump(), "action": {"name": "freeze_card", "card_id": "K2"}})
    sent = onward(judged("act", DRAFT, acting))
    assert [each.arg["position"] for each in sent if isinstance(each, Send)] == [1]
    assert onward(judged("answer", DRAFT)) == "conclude"
    assert onward(judged("escalate", acting)) == "escalate"
    assert verdict({"review": Review(verdict="ask_person", reason="a person approves it")}) == "ask_person"


async def test_most_messages_take_the_short_path() -> None:
    resolution = await graph.ainvoke(CARD)
    assert (resolution["outcome"], resolution["citations"]) == ("answered", ["CARD-01"])


async def test_an_action_waits_for_a_person_and_is_done_once() -> None:
    async with open_resources() as resources:
        runner = Runner(resources, load)
        [thread] = await runner.queue("support_desk", [Job(FREEZE)])
        assert (await runner.resume(thread))["status"] == "waiting"
        output = (await runner.decide(thread, {"decisions": [{"type": "approve"}]}))["output"]
    assert output is not None
    assert (output["outcome"], output["actions"][0]["receipt"]) == ("acted", "R1")
    known = await business().service.customer("C2")
    assert known is not None
    assert known["cards"][0]["status"] == "frozen"


async def test_several_requests_are_worked_apart() -> None:
    asked = {"message": "When will my new card arrive? Is there a fee abroad?", "customer_id": None}
    assert (await graph.ainvoke(asked))["citations"] == ["CARD-01", "FEE-01"]
