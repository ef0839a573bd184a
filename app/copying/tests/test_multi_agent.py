"""Multi-agent: hand-overs are capped, and none goes back without anything new."""

from typing import Any

from langgraph.types import Send

from baton.testing import scripted_model
from graphs.multi_agent import graph, hand_over
from graphs.parts.specialist import has_policy
from nodes.multi_agent.supervise import parts_in, reason_to_stop
from state.desk import DraftInput
from state.multi_agent import FINISH, PERSON

ASKED = {"message": "My new card has not arrived", "customer_id": None}
TO_CARDS = {"to": "cards", "parts": [], "why": "it is about a card"}
TO_FEES = {"to": "fees", "parts": [], "why": "it may cost something"}
DONE = {"to": "finish", "parts": [], "why": "it is answered"}
ANSWERED = {"open": [], "confidence": 1.0}
DRAFT = {"reply": "It is sent again after 5 days.", "citations": ["CARD-01"], "action": None}


def ordered(to: str) -> Any:
    return {**ASKED, "route": "cards", "confidence": 1.0, "to": to, "parts": ["My new card"]}


def test_a_message_is_handed_to_a_specialist_or_to_one_of_the_ends() -> None:
    sent = hand_over(ordered("cards"))
    assert isinstance(sent, Send)
    assert (sent.node, sent.arg["message"]) == ("specialist", "My new card")
    assert (hand_over(ordered(FINISH)), hand_over(ordered(PERSON))) == ("sum_up", "escalate")


def test_a_specialist_without_a_policy_has_nothing_to_say() -> None:
    found = DraftInput(message="?", request="?", customer_id=None, route="cards", confidence=1.0, passages=[])
    assert has_policy(found) == "contribute"


def test_hand_overs_are_capped_and_parts_are_the_messages_own_words() -> None:
    assert reason_to_stop("cards", [], 4, 4) == "the cap of 4 hand-overs (handovers) was reached"
    assert reason_to_stop("cards", [], 0, 4) is None
    assert parts_in("My card. My fee.", ["Close my account"]) == ["My card. My fee."]


async def test_one_specialist_answers() -> None:
    with scripted_model(TO_CARDS, DRAFT, ANSWERED, DONE):
        resolution = await graph.ainvoke(ASKED)
    assert (resolution["outcome"], resolution["reply"]) == ("answered", DRAFT["reply"])


async def test_a_hand_over_back_without_anything_new_goes_to_a_person() -> None:
    with scripted_model(TO_CARDS, DRAFT, ANSWERED, TO_CARDS):
        resolution = await graph.ainvoke(ASKED)
    assert "nothing new had come since" in resolution["reason"]


async def test_two_specialists_are_summed_up() -> None:
    second = {**DRAFT, "reply": "It has no fee."}
    first_order, next_order = {**TO_CARDS, "parts": ["My new card has not arrived"]}, {**TO_FEES, "parts": ["a fee?"]}
    with scripted_model(first_order, DRAFT, ANSWERED, next_order, second, ANSWERED, DONE):
        resolution = await graph.ainvoke({**ASKED, "message": "My new card has not arrived, is there a fee?"})
    assert DRAFT["reply"] in resolution["reply"]
