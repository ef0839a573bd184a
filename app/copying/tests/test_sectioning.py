"""Sectioning: requests are worked apart, and what nobody could work is named."""

from typing import Any

from langgraph.types import Send

from baton.testing import scripted_model
from desk.records import Review
from graphs.parts.section import in_scope
from graphs.sectioning import after_combine, fan_out_requests, graph
from state.desk import TierInput

ASKED = {"message": "When will my new card arrive? What does a payment abroad cost?", "customer_id": None}
FIRST, SECOND = "When will my new card arrive?", "What does a payment abroad cost?"
REVIEW = Review(verdict="escalate", reason="no sound split")


def gated(**more: Any) -> Any:
    return {**ASKED, "repaired": [], "admitted": [FIRST, SECOND], **more}


def test_each_admitted_request_has_a_section() -> None:
    sent = fan_out_requests(gated(complaint=None))
    assert [each.arg["message"] for each in sent if isinstance(each, Send)] == [FIRST, SECOND]
    assert fan_out_requests(gated(complaint="it stands twice")) == "split"
    assert fan_out_requests(gated(complaint="it stands twice", review=REVIEW)) == "classify"


def test_what_is_not_for_the_desk_is_only_reported() -> None:
    assert (
        in_scope(TierInput(message="?", request="?", customer_id=None, route="other", confidence=1.0, sure=True))
        == "report"
    )


def test_where_nobody_has_anything_to_say_a_person_looks() -> None:
    assert after_combine({"left": [], "review": REVIEW}) == "classify"
    assert after_combine({"left": []}) == "__end__"


async def test_each_request_is_answered_from_its_own_policy() -> None:
    resolution = await graph.ainvoke(ASKED)
    assert (resolution["outcome"], resolution["citations"]) == ("answered", ["CARD-01", "FEE-01"])


async def test_a_request_that_nobody_made_is_split_again() -> None:
    draft = {"reply": "It is sent again after 5 days.", "citations": ["CARD-01"], "action": None}
    with scripted_model({"requests": ["Close my account"]}, {"requests": [FIRST, SECOND]}, draft) as model:
        await graph.ainvoke(ASKED)
    assert model.asked[1].data["complaint"] == "the message does not say 'Close my account'"


async def test_a_split_that_is_never_sound_goes_to_a_person() -> None:
    with scripted_model({"requests": ["Close my account"]}):
        assert (await graph.ainvoke(ASKED))["outcome"] == "escalated"
