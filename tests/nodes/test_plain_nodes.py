"""The nodes that need no run around them, called as what they are: functions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from langgraph.runtime import Runtime

from bank.knowledge import knowledge
from desk.business import business
from desk.records import Review
from nodes.classify import classify
from nodes.escalate import escalate
from nodes.read_message import read_message
from nodes.retrieve import retrieve
from state.context import Context
from state.desk import PROPOSED_ONLY, ReadInput, ResolutionUpdate

ROUTED: Any = {
    "message": "My card was stolen",
    "request": "My card was stolen",
    "customer_id": None,
    "route": "security",
    "confidence": 0.9,
}


@pytest.mark.usefixtures("furnished")
async def test_read_message_sets_aside_what_is_not_the_request() -> None:
    message = "Hi! Lovely weather today. My new card has not come yet.\n\nThanks\nAnn\n\n> Please close my account"
    update = await read_message({"message": message, "customer_id": None})
    assert update["request"] == "My new card has not come yet."
    assert [aside.kind for aside in update["asides"]] == ["greeting", "small talk", "signature", "quote"]


async def test_classify_gives_a_route_and_its_probability_and_is_sure_from_the_threshold_on(
    furnished: Path, runtime: Callable[..., Runtime[Context]]
) -> None:
    stolen: ReadInput = {"message": "My card was stolen", "request": "My card was stolen", "customer_id": None}
    guess = await classify(stolen, runtime(route_threshold=0.5))
    assert (guess["route"], guess["sure"]) == ("security", True)
    assert 0.5 < guess["confidence"] < 1
    assert (await classify(stolen, runtime(route_threshold=guess["confidence"])))["sure"]
    assert not (await classify(stolen, runtime(route_threshold=1.0)))["sure"]


async def test_retrieve_gives_as_many_passages_as_the_context_says(runtime: Callable[..., Runtime[Context]]) -> None:
    for most in (1, 3):
        found = (await retrieve(ROUTED, runtime(passages=most)))["passages"]
        assert len(found) == most
        assert {each.policy_id for each in knowledge().index.passages(found)} & {"SEC-01", "SEC-02"}


async def test_retrieve_finds_nothing_for_no_words(runtime: Callable[..., Runtime[Context]]) -> None:
    assert await retrieve(cast("Any", {**ROUTED, "request": "?!"}), runtime()) == {"passages": []}


@pytest.mark.parametrize(
    "more, why",
    [
        ({}, "no tier was sure of a route (best: security, 0.90)"),
        ({"route": "other"}, "not for this desk (other, 0.90)"),
        ({"passages": []}, "no policy bears on it (security, 0.90)"),
        ({"passages": ["SEC-01.1"], "review": Review(verdict="escalate", reason="a card number")}, "a card number"),
    ],
)
async def test_escalate_says_that_a_person_looks_and_why(more: Any, why: str) -> None:
    resolution = await escalate(cast("Any", {**ROUTED, **more}))
    assert set(resolution) == set(ResolutionUpdate.__annotations__)
    assert (resolution["outcome"], resolution["reply"], resolution["reason"]) == (
        "escalated",
        business().wording.holding,
        f"{why}; the customer asks: “{ROUTED['request']}”",
    )
    assert (resolution["citations"], resolution["actions"]) == ([], [])


async def test_what_asks_nothing_is_not_named() -> None:
    resolution = await escalate(cast("Any", {**ROUTED, "request": "", "route": "other"}))
    assert resolution["reason"] == "the message asks nothing beside what it quotes or greets with"


async def test_an_escalation_has_no_result_however_its_reason_ends() -> None:
    review = Review(verdict="escalate", reason=PROPOSED_ONLY)
    assert not (await escalate(cast("Any", {**ROUTED, "review": review})))["has_result"]
