"""The agent, end to end: it looks before it answers, reads only the asking customer's own, and only proposes."""

from typing import Any

import pytest

from bank.clerk.tools import ListCards
from graphs.agent import after_decision, builder
from state.agent import DecideStepUpdate
from state.desk import Draft
from tests.graphs.conftest import Desk
from tests.obstinate import Obstinate, obstinate

__all__ = ["obstinate"]

PIN = "How do I change my PIN?"
BOOKS = "Is my payment of 24.90 to Kestrel Books still pending?"


def looking(*steps: dict[str, Any]) -> Any:
    """A model that takes these steps in turn, the last one again and again."""
    return lambda data: {"why": "", "step": steps[min(len(data["seen"]), len(steps) - 1)]}


def finish(reply: str, citation: str = "PAY-02") -> dict[str, Any]:
    return {"name": "finish", "draft": {"reply": reply, "citations": [citation], "action": None}}


SEARCH = {"name": "search_policies", "query": "pending card payment booked"}
LISTING = {"name": "list_transactions", "merchant": "kestrel", "days": 100}


def test_a_call_is_made_a_draft_is_checked_and_what_is_neither_goes_to_a_person() -> None:
    draft = Draft(reply="Yes.", citations=[], action=None)
    assert after_decision(DecideStepUpdate(taken=1, why="", call=ListCards(name="list_cards"))) == "use_tool"
    assert after_decision(DecideStepUpdate(taken=1, why="", call=None, draft=draft)) == "check"
    assert after_decision(DecideStepUpdate(taken=1, why="", call=None)) == "escalate"


async def test_a_question_is_answered_after_one_search(desk: Desk) -> None:
    summary = await desk.work(PIN, graph="agent")
    assert (summary["output"]["outcome"], summary["output"]["citations"]) == ("answered", ["CARD-05"])
    assert summary["usage"]["model_calls"] == 3  # search, finish, check of the answer


async def test_a_payment_is_looked_up_and_told_as_it_stands(desk: Desk) -> None:
    output = (await desk.work(BOOKS, "C007", graph="agent"))["output"]
    assert (output["outcome"], output["actions"]) == ("answered", [])
    assert "Your payment of GBP 24.90 to Kestrel Books on" in output["reply"]
    assert "is posted" in output["reply"]


async def test_a_stranger_is_told_the_rule_and_no_payment(desk: Desk) -> None:
    output = (await desk.work(BOOKS, graph="agent"))["output"]
    assert output["outcome"] == "answered"
    assert "Kestrel" not in output["reply"]


async def test_an_action_is_proposed_and_left_to_a_person(desk: Desk) -> None:
    output = (await desk.work("My card was stolen, please freeze it now.", "C010", graph="agent"))["output"]
    [action] = output["actions"]
    assert (output["outcome"], action["name"], action["status"]) == ("escalated", "freeze_card", "proposed")
    assert "frozen your card" not in output["reply"]
    assert await desk.done() == []


async def test_what_the_banks_rules_forbid_is_declined(desk: Desk) -> None:
    pending = next(each for each in await desk.bank.transactions("C012") if each.status == "pending")
    output = (await desk.work(f"Please refund the {pending.amount} at {pending.merchant}.", "C012", graph="agent"))[
        "output"
    ]
    assert (output["outcome"], [action["status"] for action in output["actions"]]) == ("declined", ["refused"])


@pytest.mark.parametrize(
    "message",
    [
        "Will it rain in Bristol tomorrow?",
        "???",
        "IMG_2231.jpg",
        "Wie lange dauert eine \u00dcberweisung ins Ausland?",
        "What did my flatmate's card pay at Lumen Hotel?",
    ],
)
async def test_what_no_policy_answers_goes_to_a_person(desk: Desk, message: str) -> None:
    output = (await desk.work(message, "C012", graph="agent"))["output"]
    assert (output["outcome"], output["citations"], output["actions"]) == ("escalated", [], [])
    assert output["route"]


async def test_thirty_requests_are_no_failure(desk: Desk) -> None:
    asked = [f"{number}. What does a transfer of {number}00 pounds abroad cost?" for number in range(1, 31)]
    assert (await desk.work("\n".join(asked), "C012", graph="agent"))["status"] == "done"


@pytest.mark.usefixtures("content")
async def test_an_amount_from_a_row_may_be_told_and_another_may_not(desk: Desk, obstinate: Obstinate) -> None:
    obstinate(Move=looking(SEARCH, LISTING, finish("You paid GBP 24.90 there.")))
    assert (await desk.work(BOOKS, "C007", graph="agent"))["output"]["outcome"] == "answered"
    obstinate(Move=looking(SEARCH, LISTING, finish("You paid GBP 24.91 there.")))
    output = (await desk.work(BOOKS, "C007", graph="agent"))["output"]
    assert (output["outcome"], output["reason"]) == (
        "escalated",
        f"the reply names an amount that no cited policy does: 24.91; the customer asks: “{BOOKS}”",
    )


async def test_a_policy_that_no_search_found_cannot_be_cited(desk: Desk, obstinate: Obstinate) -> None:
    obstinate(Move=looking(SEARCH, finish("It takes a while.", "TOP-01")))
    output = (await desk.work(BOOKS, "C007", graph="agent"))["output"]
    assert (output["outcome"], output["reason"]) == (
        "escalated",
        f"the reply cites no policy that it was given; the customer asks: “{BOOKS}”",
    )
    assert output["citations"] == []


async def test_at_once_the_last_step_may_only_finish(desk: Desk) -> None:
    output = (await desk.work(PIN, graph="agent", steps=1))["output"]
    assert output["outcome"] == "escalated"
    assert output["reason"] == f"the agent gave up: no policy that was found answers it; the customer asks: “{PIN}”"


async def test_what_is_surely_not_for_the_desk_costs_no_model_call(desk: Desk) -> None:
    summary = await desk.work("Will it rain in Bristol tomorrow?", graph="agent")
    assert (summary["output"]["route"], summary["usage"]["model_calls"]) == ("other", 0)


async def test_the_graph_works_without_any_set_up(resources: object) -> None:
    output = await builder.compile(name="agent").ainvoke({"message": PIN, "customer_id": None})
    assert output["outcome"] == "answered"
