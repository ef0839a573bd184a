"""Agent: a loop with a cap over tools that only read; what it says is checked by code."""

from typing import Any

from baton.testing import scripted_model
from graphs.agent import after_decision, graph, worth_a_look
from graphs.parts.ending import answered
from state.agent import SearchPolicies
from state.desk import AnswerCheck, Draft, TierInput

ASKED = {"message": "My new card has not arrived", "customer_id": "C1"}
SEARCH = {"why": "nothing is known", "step": {"name": "search_policies", "query": "new card arrives"}}
ANSWERED = {"open": [], "confidence": 1.0}
LIST = {"why": "which card is it", "step": {"name": "list_cards"}}


def finish(reply: str) -> dict[str, Any]:
    draft = {"reply": reply, "citations": ["CARD-01"], "action": None}
    return {"why": "a policy answers it", "step": {"name": "finish", "draft": draft}}


def moved(call: SearchPolicies | None, **more: Any) -> Any:
    return {"taken": 1, "why": "?", "call": call, **more}


def test_what_is_not_surely_for_the_desk_goes_to_a_person() -> None:
    known = TierInput(message="?", request="?", customer_id=None, route="other", confidence=1.0, sure=True)
    assert worth_a_look(known) == "escalate"
    assert worth_a_look({**known, "route": "cards", "sure": False}) == "escalate"
    assert worth_a_look({**known, "route": "cards"}) == "decide_step"


def test_the_move_says_where_it_goes_on() -> None:
    assert after_decision(moved(SearchPolicies(name="search_policies", query="card"))) == "use_tool"
    assert after_decision(moved(None, draft=Draft(reply="Yes.", citations=[], action=None))) == "check"
    assert after_decision(moved(None)) == "escalate"


def test_nothing_unfit_is_sent() -> None:
    assert (
        answered({"answer": AnswerCheck(open=["?"], confidence=1.0, fault="it leaves a question open")}) == "escalate"
    )
    assert answered({"answer": AnswerCheck(open=[], confidence=1.0, fault=None)}) == "reply"


async def test_it_looks_things_up_and_answers() -> None:
    with scripted_model(SEARCH, LIST, finish("It is sent again after 5 days."), ANSWERED) as model:
        assert (await graph.ainvoke(ASKED))["outcome"] == "answered"
    assert model.asked[2].data["seen"][1]["rows"][0]["card_id"] == "K1"


async def test_a_reply_that_names_an_amount_of_its_own_is_not_sent() -> None:
    with scripted_model(SEARCH, finish("It costs GBP 90.00.")):
        assert (await graph.ainvoke(ASKED))["outcome"] == "escalated"


async def test_the_cap_ends_the_loop() -> None:
    with scripted_model(SEARCH) as model:
        resolution = await graph.ainvoke(ASKED, context={"steps": 3})
    assert "the cap of 3 steps (steps) was reached" in resolution["reason"]
    assert len(model.asked) == 3
