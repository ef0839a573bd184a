"""What the steps around a draft owe: the one that reads, those that check, those that see an action through."""

from collections.abc import Sequence
from typing import Any

import pytest

from baton.storage.records import StepAttempt
from evals.evaluators.steps import StepResult, blamed_step, step_results
from evals.examples import Example, Expected, Inputs
from evals.graph_steps import graph_steps
from tests.baton.rows import attempt as step
from tests.evals.evaluators.expectations import expectation

REQUEST = "When is the 20 booked, and what does it cost?"
MESSAGE = f"Dear team, {REQUEST} Kind regards, Ann"
ROUTING, DESK = graph_steps("routing"), graph_steps("support_desk")
FINE = {"verdict": "answer", "reason": ""}
STOPPED = {"verdict": "escalate", "reason": "no"}
WANTED = expectation(
    route="payments",
    outcome="answered",
    requests=[{"quote": "When is the 20 booked"}, {"quote": "what does it cost?"}],
)


def results(expected: Expected, steps: Sequence[StepAttempt], known: Any = ROUTING) -> dict[str, StepResult]:
    example = Example(id="e", inputs=Inputs(message=MESSAGE), expected=expected)
    return {each.step: each for each in step_results(example, steps, known)}


def routed(**changed: Any) -> list[StepAttempt]:
    """A message that was routed, drafted and checked, but for what is changed."""
    right: dict[str, Any] = {
        "read_message": {"request": REQUEST, "asides": [], "urgent": None},
        "classify": {"route": "payments"},
        "check": {"review": FINE},
        "check_answer": {"answer": {"open": [], "confidence": 0.9, "fault": None}},
    }
    return [step(name, output) for name, output in {**right, **changed}.items()]


def acted(check_action: Sequence[str], confirm_wish: Sequence[str] = ()) -> list[StepAttempt]:
    """What became of the actions of a message, a verdict for each."""
    steps = [("settling/check_action", each) for each in check_action]
    steps += [("settling/confirm_wish", each) for each in confirm_wish]
    return [step(name, {"review": {"verdict": verdict, "reason": ""}}) for name, verdict in steps]


@pytest.mark.parametrize(
    "request_read, kept, right",
    [
        (REQUEST, 1, True),
        (MESSAGE, 1, True),
        ("When is the 20 booked?", 1 / 2, False),
        ("", 0, False),
    ],
)
def test_what_is_asked_is_kept_when_a_message_is_read(request_read: str, kept: float, *, right: bool) -> None:
    found = results(WANTED, [step("read_message", {"request": request_read})])["read_message"]
    assert found.scores["keeps_recall"] == pytest.approx(kept)
    assert found.is_right is right


def test_without_labels_most_of_what_is_read_has_to_be_of_the_message() -> None:
    plain = expectation(route="payments")
    assert results(plain, [step("read_message", {"request": REQUEST})])["read_message"].is_right
    assert not results(plain, [step("read_message", {"request": "something else"})])["read_message"].is_right


@pytest.mark.parametrize("several, requests", [(True, ["When is it booked", "what does it cost"]), (False, ["When"])])
def test_several_requests_are_told_from_one(requests: list[str], *, several: bool) -> None:
    wanted = expectation(requests=[{"quote": each} for each in requests])
    assert results(wanted, [step("find_requests", {"several": several})], DESK)["find_requests"].is_right
    assert not results(wanted, [step("find_requests", {"several": not several})], DESK)["find_requests"].is_right


@pytest.mark.parametrize(
    "name, output",
    [
        ("check", {"review": STOPPED}),
        ("check_answer", {"answer": {"open": ["what does it cost?"], "confidence": 0.9, "fault": "it leaves open"}}),
    ],
)
def test_a_check_that_stops_what_is_right_is_to_blame(name: str, output: dict[str, Any]) -> None:
    assert blamed_step([*results(WANTED, routed(**{name: output})).values()]) == name


def test_a_check_that_stops_a_fault_is_not_to_blame_nor_one_that_stops_what_is_for_a_person() -> None:
    wrong = routed(classify={"route": "cards"}, check={"review": STOPPED})
    assert blamed_step([*results(WANTED, wrong).values()]) == "classify"
    for_a_person = results(expectation(route="payments", outcome="escalated"), routed(check={"review": STOPPED}))
    assert for_a_person["check"].is_right


def test_of_the_checks_of_a_review_the_one_with_a_fault_is_to_blame() -> None:
    names = ("check_policy", "check_grounding", "check_personal_data", "check_contents", "check_tone")
    for name in names:
        steps = [step(each, {"faults": ["it shouts"] if each == name else []}) for each in names]
        steps.append(step("judge", {"review": STOPPED}))
        assert blamed_step([*results(WANTED, steps, DESK).values()]) == name


@pytest.mark.parametrize(
    "outcome, verdicts, right",
    [
        ("acted", ["act", "act"], True),
        ("acted", ["act", "ask_person"], False),
        ("waiting", ["act", "ask_person"], True),
        ("waiting", ["act"], False),
        ("declined", ["decline"], True),
        ("declined", ["ask_person"], False),
        ("answered", ["ask_person"], True),
    ],
)
def test_an_action_is_done_at_once_asked_about_or_refused_as_expected(
    outcome: str, verdicts: list[str], *, right: bool
) -> None:
    found = results(expectation(outcome=outcome), acted(verdicts), DESK)
    assert found["settling/check_action"].is_right is right


def test_a_second_reading_owes_that_it_doubts_nothing_that_is_to_be_done_at_once() -> None:
    doubted = acted(["act"], ["ask_person"])
    assert not results(expectation(outcome="acted"), doubted, DESK)["settling/confirm_wish"].is_right
    for steps in (acted(["act"], ["act"]), acted(["act", "ask_person"], ["act"])):
        assert results(expectation(outcome="acted"), steps, DESK)["settling/confirm_wish"].is_right
    assert results(expectation(outcome="waiting"), doubted, DESK)["settling/confirm_wish"].is_right
