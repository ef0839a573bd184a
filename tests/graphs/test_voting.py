"""Voting, end to end: what the voters say, what the count makes of it, and voters that misbehave."""

from typing import Any

import pytest

from desk.business import business
from tests.graphs.conftest import Desk
from tests.scripted import Scripted

THEFT = "Someone stole my card and is paying with it right now, it was not me!"
PLAIN = "How do I change my PIN?"


def vote(answer: str, view: str = "words") -> dict[str, Any]:
    return {"view": view, "answer": answer, "reason": "it says so"}


async def voted(desk: Desk, message: str, customer_id: str | None = None, **context: Any) -> dict[str, Any]:
    summary = await desk.work(message, customer_id, graph="voting", **context)
    assert summary["status"] == "done", summary
    output: dict[str, Any] = summary["output"]
    return output


async def test_a_fraud_goes_to_security_with_the_card_to_be_stopped(desk: Desk) -> None:
    output = await voted(desk, "There is a payment of 64.00 at Cobalt Cycles. I never bought anything there.", "C021")
    [action] = output["actions"]
    assert (output["route"], output["outcome"]) == ("security", "escalated")
    assert (action["name"], action["args"], action["status"]) == ("freeze_card", {"card_id": "K0029"}, "proposed")
    assert output["citations"]
    assert output["confidence"] >= 0.6
    assert output["reason"].startswith("fraud? ")
    assert await desk.done() == []


async def test_of_a_stranger_a_fraud_is_answered_from_the_policies(desk: Desk) -> None:
    output = await voted(desk, THEFT)
    assert (output["route"], output["outcome"], output["actions"]) == ("security", "answered", [])
    assert output["citations"]


async def test_what_is_no_fraud_is_answered_as_ever(desk: Desk) -> None:
    output = await voted(desk, PLAIN)
    assert (output["outcome"], output["route"], output["citations"]) == ("answered", "cards", ["CARD-05"])
    assert output["confidence"] == 1.0
    assert "5 no (examples, manner, payments, sceptic, words), of 5 voters" in output["reason"]


async def test_an_unsure_route_is_reconsidered_while_the_voters_vote(desk: Desk) -> None:
    summary = await desk.work(PLAIN, graph="voting", route_threshold=1.0)
    assert summary["usage"]["model_calls"] == 6  # five voters and the second tier, which is never that sure
    assert "no tier was sure of a route (cards, 0.97)" in summary["output"]["reason"]


@pytest.mark.parametrize("message", ["IMG_2231.jpg", "?! ...", "Quelqu'un a pris ma carte hier soir", "ok"])
async def test_what_nobody_can_make_out_goes_to_a_person(desk: Desk, message: str) -> None:
    output = await voted(desk, message, "C021", route_threshold=0.88)
    assert (output["outcome"], output["actions"]) == ("escalated", [])


async def test_without_a_quorum_a_person_gets_the_tally(cheap: Scripted, desk: Desk) -> None:
    cheap.will(vote("unsure"))
    output = await voted(desk, THEFT, "C021")
    assert (output["outcome"], output["confidence"]) == ("escalated", 0.0)
    assert "5 unsure (examples, manner, payments, sceptic, words)" in output["reason"]
    assert "a quorum of 0.6 (quorum) was not reached" in output["reason"]


async def test_the_quorum_and_the_number_of_voters_are_the_contexts(cheap: Scripted, desk: Desk) -> None:
    cheap.will(vote("yes"), vote("yes"), vote("no"))
    output = await voted(desk, THEFT, voters=3, quorum=1.0)
    assert output["outcome"] == "escalated"
    assert "of 3 voters" in output["reason"]
    assert len(cheap.asked) == 3


async def test_voters_that_fail_count_as_not_voting_and_the_others_are_heard(cheap: Scripted, desk: Desk) -> None:
    cheap.will(*[{"answer": "perhaps"}] * 7, vote("yes"))
    summary = await desk.work(THEFT, graph="voting")
    failed = len(summary["dead_letters"])
    assert summary["status"] == "done"
    assert failed in (2, 3)  # a voter fails at its second bad answer; who gets which answer is chance
    assert f"{5 - failed} yes" in summary["output"]["reason"]
    assert f"{failed} failed, of 5 voters" in summary["output"]["reason"]
    assert (summary["output"]["outcome"] == "escalated") is (failed > 2)


async def test_when_every_voter_fails_a_person_looks(cheap: Scripted, desk: Desk) -> None:
    cheap.will({"answer": "perhaps"})
    summary = await desk.work(THEFT, graph="voting")
    assert (summary["status"], len(summary["dead_letters"])) == ("done", 5)
    assert summary["output"]["outcome"] == "escalated"
    assert "fraud? 5 failed, of 5 voters" in summary["output"]["reason"]


async def test_a_vote_is_its_voters_whatever_view_the_model_claims(cheap: Scripted, desk: Desk) -> None:
    cheap.will(vote("no", view="the chairman"))
    assert "chairman" not in (await voted(desk, THEFT))["reason"]


def test_every_voter_has_a_view_of_its_own() -> None:
    views = [view.name for view in business().fraud.views]
    assert views[:3] == ["words", "payments", "examples"]
    assert len(set(views)) == 7
