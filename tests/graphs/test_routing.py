"""Routing, end to end and offline: the cascade, and that it only ever proposes."""

import pytest

from graphs.routing import builder
from tests.graphs.conftest import Desk
from tests.scripted import Scripted


async def test_a_sure_message_is_answered_without_the_second_tier(desk: Desk) -> None:
    summary = await desk.work("How do I change my PIN?", graph="routing")
    assert summary["output"]["outcome"] == "answered"
    assert summary["output"]["route"] == "cards"
    assert summary["usage"]["model_calls"] == 2  # draft, check of the answer


async def test_an_unsure_message_is_reconsidered_by_the_second_tier(cheap: Scripted, desk: Desk) -> None:
    cheap.will({"route": "account", "confidence": 1.0, "reason": "it asks for a setting"})
    output = (await desk.work("How do I change my PIN?", graph="routing", route_threshold=1.0))["output"]
    assert (output["outcome"], output["route"], output["confidence"]) == ("answered", "account", 1.0)


async def test_what_the_second_tier_is_unsure_of_goes_to_a_person(cheap: Scripted, desk: Desk) -> None:
    cheap.will({"route": "fees", "confidence": 0.4, "reason": "it may be"})
    output = (await desk.work("How do I change my PIN?", graph="routing", route_threshold=1.0))["output"]
    assert (output["outcome"], output["route"], output["confidence"]) == ("escalated", "fees", 0.4)
    assert (
        output["reason"]
        == "no tier was sure of a route (best: fees, 0.40); the customer asks: “How do I change my PIN?”"
    )


async def test_a_route_that_there_is_not_parks_the_run(cheap: Scripted, desk: Desk) -> None:
    cheap.will({"route": "gardening", "confidence": 1.0, "reason": "why not"})
    summary = await desk.work("How do I change my PIN?", graph="routing", route_threshold=1.0)
    assert (summary["status"], len(summary["dead_letters"])) == ("dead_lettered", 1)


async def test_a_message_that_is_not_for_the_desk_goes_to_a_person(desk: Desk) -> None:
    output = (await desk.work("Will it rain in Bristol tomorrow?", graph="routing"))["output"]
    assert (output["outcome"], output["route"]) == ("escalated", "other")
    assert output["reason"].startswith("not for this desk")


async def test_a_message_that_no_policy_bears_on_goes_to_a_person(desk: Desk) -> None:
    output = (await desk.work("??? !!!", graph="routing", route_threshold=0.0))["output"]
    assert output["outcome"] == "escalated"
    assert output["citations"] == []


async def test_an_action_is_proposed_and_never_said_to_be_done(desk: Desk) -> None:
    output = (await desk.work("My card was stolen, please freeze it now.", "C010", graph="routing"))["output"]
    [action] = output["actions"]
    assert (action["name"], action["status"], action["receipt"]) == ("freeze_card", "proposed", None)
    assert output["outcome"] == "escalated"
    assert "frozen your card" not in output["reply"]
    assert await desk.done() == []


@pytest.mark.parametrize("message", ["How do I change my PIN?", "How long does a transfer abroad take?"])
async def test_the_graph_works_without_any_set_up(resources: object, message: str) -> None:
    output = await builder.compile(name="routing").ainvoke({"message": message, "customer_id": None})
    assert output["outcome"] == "answered"
