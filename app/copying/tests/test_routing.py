"""Routing: the cascade, and that an action is only proposed."""

import pytest

from baton.testing import scripted_model
from graphs.routing import first_tier, graph, has_policy, second_tier
from state.desk import DraftInput, TierInput

ASKED = {"message": "My new card has not arrived", "customer_id": None}
UNSURE = {"message": "What does a new card cost?", "customer_id": None}
ANSWERED = {"open": [], "confidence": 1.0}
DRAFT = {"reply": "It is sent again after 5 days.", "citations": ["CARD-01"], "action": None}


def tier(route: str, *, sure: bool) -> TierInput:
    return TierInput(message="?", request="?", customer_id=None, route=route, confidence=0.5, sure=sure)


@pytest.mark.parametrize(
    "route, sure, first, second",
    [
        ("cards", True, "retrieve", "retrieve"),
        ("other", True, "escalate", "escalate"),
        ("cards", False, "reconsider", "escalate"),
    ],
)
def test_a_tier_that_is_sure_decides(route: str, sure: bool, first: str, second: str) -> None:
    assert (first_tier(tier(route, sure=sure)), second_tier(tier(route, sure=sure))) == (first, second)


def test_nobody_answers_from_nothing() -> None:
    found = DraftInput(message="?", request="?", customer_id=None, route="cards", confidence=1.0, passages=[])
    assert has_policy(found) == "escalate"
    assert has_policy({**found, "passages": ["CARD-01.1"]}) == "draft"


async def test_a_sure_message_takes_a_draft_and_a_check() -> None:
    with scripted_model(DRAFT, ANSWERED) as model:
        resolution = await graph.ainvoke(ASKED)
    assert (resolution["outcome"], resolution["reply"]) == ("answered", DRAFT["reply"])
    assert len(model.asked) == 2


async def test_an_unsure_message_is_reconsidered() -> None:
    with scripted_model(
        {"route": "fees", "confidence": 1.0, "reason": "it asks for a price"}, DRAFT, ANSWERED
    ) as model:
        resolution = await graph.ainvoke(UNSURE)
    assert (resolution["route"], len(model.asked)) == ("fees", 3)


async def test_what_no_tier_is_sure_of_goes_to_a_person() -> None:
    with scripted_model({"route": "fees", "confidence": 0.4, "reason": "it may be"}):
        assert (await graph.ainvoke(UNSURE))["outcome"] == "escalated"


async def test_an_action_is_only_proposed() -> None:
    resolution = await graph.ainvoke({"message": "My card was stolen, please freeze it.", "customer_id": "C1"})
    [action] = resolution["actions"]
    assert (action["status"], action["receipt"]) == ("proposed", None)
