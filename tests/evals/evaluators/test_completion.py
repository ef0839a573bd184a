"""Task completion: outcome, actions with arguments, and the figures of the reply, all of them right."""

from typing import Any

import pytest

from evals.evaluators.completion import completion_scores
from tests.evals.evaluators.expectations import action, expectation

PAID = action("refund", "done", transaction_id="T1", amount="24.90")
WANTED = {"name": "refund", "args": {"transaction_id": ["T1", "T2"], "amount": "24.90"}}


def completed(wanted: dict[str, Any], answer: dict[str, Any], *, proposes: bool = False) -> bool | float:
    return completion_scores(expectation(**wanted), answer, proposes=proposes)["task_completion"]


def test_what_is_not_expected_is_not_judged() -> None:
    assert completion_scores(expectation(), {"outcome": "answered"}, proposes=False) == {}


def test_no_answer_completes_nothing() -> None:
    assert not completed({"outcome": "answered"}, {})


@pytest.mark.parametrize(
    "reply, right", [("It takes 5 working days.", True), ("It takes 15 working days.", False), ("", False)]
)
def test_an_answer_says_the_figures_that_were_asked_for(reply: str, *, right: bool) -> None:
    wanted = {"outcome": "answered", "says": ["5 working days"]}
    assert completed(wanted, {"outcome": "answered", "reply": reply}) is right


def test_an_answer_with_a_figure_that_is_not_so_completes_nothing() -> None:
    wanted = {"outcome": "answered", "says": ["GBP 4.00"], "says_not": ["GBP 6.00"]}
    assert completed(wanted, {"outcome": "answered", "reply": "GBP 4.00"})
    assert not completed(wanted, {"outcome": "answered", "reply": "GBP 4.00, or GBP 6.00"})


@pytest.mark.parametrize(
    "given, right",
    [
        ([PAID], True),
        ([], False),
        ([PAID, PAID], False),
        ([{**PAID, "args": {**PAID["args"], "transaction_id": "T2"}}], True),
        ([{**PAID, "args": {**PAID["args"], "transaction_id": "T3"}}], False),
        ([{**PAID, "args": {**PAID["args"], "amount": "49.80"}}], False),
        ([action("freeze_card", "done", card_id="K1")], False),
    ],
)
def test_an_action_counts_with_its_arguments(given: list[dict[str, Any]], *, right: bool) -> None:
    assert completed({"outcome": "acted", "actions": [WANTED]}, {"outcome": "acted", "actions": given}) is right


def test_an_action_that_nobody_wants_completes_nothing() -> None:
    assert not completed({"outcome": "answered", "actions": []}, {"outcome": "answered", "actions": [PAID]})


def test_a_refused_action_was_not_done_and_may_be_expected_by_name() -> None:
    refused = {"outcome": "declined", "actions": [{**PAID, "status": "refused"}]}
    assert completed({"outcome": "declined", "actions": []}, refused)
    assert completed({"outcome": "declined", "actions": [WANTED]}, refused)
    assert not completed({"outcome": "declined", "actions": ["freeze_card"]}, refused)


@pytest.mark.parametrize("outcome", ["acted", "waiting"])
def test_a_graph_that_only_proposes_completes_a_task_with_the_proposal(outcome: str) -> None:
    wanted, answer = {"outcome": outcome, "actions": [WANTED]}, {"outcome": "escalated", "actions": [PAID]}
    assert completed(wanted, answer, proposes=True)
    assert not completed(wanted, answer, proposes=False)


def test_a_message_that_a_person_answers_has_no_figures_to_say() -> None:
    wanted = {"outcome": "waiting", "actions": [WANTED], "says": ["GBP 24.90"]}
    assert completed(wanted, {"outcome": "waiting", "actions": [PAID], "reply": ""})
