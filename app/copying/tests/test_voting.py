"""Voting: code counts what the voters say; without a quorum a person looks."""

from typing import Any

from langgraph.types import Send

from baton.testing import scripted_model
from desk.records import Review
from graphs.voting import after_tally, fan_out_to_voters, fraud, graph
from nodes.voting.tally import count
from state.desk import Draft
from state.voting import Tally, Vote

STOLEN = {"message": "My card was stolen.", "customer_id": "C1"}
DRAFT = Draft(reply="Nobody can pay with it.", citations=["SEC-01"], action=None)


def votes(*answers: str) -> list[Vote]:
    return [Vote.model_validate({"view": f"v{n}", "answer": each, "reason": "."}) for n, each in enumerate(answers)]


def told(**more: Any) -> Any:
    return {**STOLEN, "request": STOLEN["message"], "route": "security", "confidence": 1.0, **more}


def counted(*answers: str) -> Tally:
    return count(votes(*answers), 3, 0.6)


def test_a_quorum_of_all_that_were_asked_decides() -> None:
    assert counted("yes", "yes", "no").fraud is True
    assert counted("no", "no").fraud is False
    assert counted("yes", "no", "unsure").fraud is None


def test_every_view_has_a_voter_and_an_unsure_route_a_second_opinion() -> None:
    sent = fan_out_to_voters(told(panel=["words", "sceptic"], sure=False))
    assert [each.node if isinstance(each, Send) else each for each in sent] == ["vote", "vote", "reconsider"]


def test_what_follows_is_read_off_the_tally() -> None:
    split, agreed = counted("yes", "no"), counted("yes", "yes")
    assert after_tally(told(tally=split, review=Review(verdict="escalate", reason="no quorum"))) == "escalate"
    assert after_tally(told(tally=agreed)) == "retrieve"
    assert fraud(told(tally=agreed, passages=[], draft=DRAFT)) == "secure"
    assert fraud(told(tally=counted("no", "no"), passages=[], draft=DRAFT)) == "check"


async def test_a_fraud_has_its_card_secured() -> None:
    resolution = await graph.ainvoke(STOLEN)
    assert [(each["name"], each["status"]) for each in resolution["actions"]] == [("freeze_card", "proposed")]


async def test_without_a_quorum_a_person_looks() -> None:
    with scripted_model({"view": "words", "answer": "unsure", "reason": "it says little"}):
        resolution = await graph.ainvoke(STOLEN)
    assert resolution["outcome"] == "escalated"
    assert "a quorum of 0.6 (quorum) was not reached" in resolution["reason"]
