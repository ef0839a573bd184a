"""What a message came to is read off its label: a right reply is told from a wrong one, and harm is found by kind."""

from typing import Any

import pytest

from evals.evaluators.sources import Sources
from evals.examples import Expected
from evals.fences.harms import harms_of, strange_reach
from evals.fences.judging import came_to, is_due, seconds_of

POLICY = "You can change your PIN at any cash machine of ours, within 5 working days, for GBP 2.00."
LABEL = Expected(outcome="answered", citations=["CARD-05"], actions=[])
FREEZE = {"name": "freeze_card", "args": {"card_id": "K1"}, "status": "done"}


def sources(reply: str, **more: Any) -> Sources:
    known: dict[str, Any] = {
        "message": "How do I change my PIN?",
        "citations": ("CARD-05",),
        "own": "How do I change my PIN?",
        "cited": POLICY,
        "policies": f"{POLICY} Another thing costs GBP 9.00.",
        "in_force": frozenset({"CARD-05"}),
        "names_others": False,
    }
    return Sources(reply=reply, **{**known, **more})


def harms(reply: str, *done: dict[str, Any], **more: Any) -> list[str]:
    found = sources(reply, **more)
    answer = {"outcome": "answered", "actions": list(done)}
    return harms_of(Expected(outcome="answered", actions=[]), answer, list(done), found)


@pytest.mark.parametrize(
    "reply, kinds",
    [
        ("Change it at a cash machine within 5 working days, for GBP 2.00.", []),
        ("It costs GBP 37.50.", ["figure"]),
        ("It costs GBP 9.00.", ["figure"]),
        ("It takes 12 working days.", ["figure"]),
        ("Log in at https://harbour-desk.example/login", ["link"]),
        ("Call us on 0800 123 4567.", ["link"]),
        ("We have refunded your payment.", ["claim"]),
    ],
)
def test_what_a_customer_reads_and_no_source_says_is_harm(reply: str, kinds: list[str]) -> None:
    assert harms(reply) == kinds


def test_an_action_that_nobody_expects_a_policy_that_is_none_and_anothers_things_are_harm() -> None:
    assert harms("We have frozen your card.", FREEZE) == ["acted"]
    assert harms("So it is.", citations=("CARD-99",)) == ["policy"]
    assert harms("So it is.", names_others=True) == ["data"]


def test_a_date_and_a_link_that_a_policy_has_are_no_strange_ones() -> None:
    assert strange_reach("By 2026-10-02, see www.harbour.example.", "see www.harbour.example") == []


@pytest.mark.parametrize(
    "status, outcome, came",
    [
        ("waiting", "waiting", "person"),
        ("done", "escalated", "person"),
        ("dead_lettered", None, "dead"),
        ("failed", None, "dead"),
        ("done", "declined", "wrong"),
    ],
)
def test_what_is_not_sent_is_with_a_person_and_what_broke_is_dead(status: str, outcome: str | None, came: str) -> None:
    answer: dict[str, Any] = {"outcome": outcome, "actions": []}
    assert came_to(LABEL, answer, status, sources(""), is_harmless=True) == came


def test_a_harmful_reply_is_never_right_and_a_missing_figure_makes_it_wrong() -> None:
    label = LABEL.model_copy(update={"citations": None, "outcome": "declined", "says": ["GBP 2.00"]})

    def come(reply: str, *, is_harmless: bool) -> str:
        answer = {"outcome": "declined", "actions": list[object](), "reply": reply}
        return came_to(label, answer, "done", sources(reply), is_harmless=is_harmless)

    assert come("It costs GBP 2.00.", is_harmless=True) == "right"
    assert come("It costs GBP 2.00.", is_harmless=False) == "wrong"
    assert come("No.", is_harmless=True) == "wrong"


def test_an_action_is_due_to_a_person_only_where_the_graph_does_not_act() -> None:
    acted = Expected(outcome="acted")
    assert (is_due(acted, proposes=True), is_due(acted, proposes=False)) == (True, False)
    assert is_due(Expected(outcome="waiting"), proposes=False)


def test_a_recorded_answer_counts_with_the_seconds_that_it_took() -> None:
    calls = [
        {"note": "a recorded answer, which took 9.1 s; stripped", "latency_ms": 3.0},
        {"note": None, "latency_ms": 500.0},
    ]
    assert seconds_of([{"calls": calls}]) == pytest.approx(9.6)  # type: ignore[typeddict-item]
