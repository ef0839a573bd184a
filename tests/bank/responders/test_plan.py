"""The offline planner: whom a message needs, in which order, and never more than may be."""

from typing import Any

import pytest

from bank.clerk.workers import WORKERS
from bank.responders.plan import plan
from tests.bank.stage import asked

pytestmark = pytest.mark.usefixtures("furnished")
HOTEL = "Lumen Hotel charged me 180.00 twice, please refund one. And what does a transfer abroad cost?"
LONG = "\n".join(f"{number}. What does a transfer of {number}00 pounds abroad cost?" for number in range(1, 31))


def subtasks_of(message: str, *, known: bool = True, most: int = 8) -> list[dict[str, Any]]:
    data = {"message": message, "workers": dict.fromkeys(WORKERS, ""), "customer_is_known": known, "most": most}
    subtasks: list[dict[str, Any]] = plan(asked(**data))["subtasks"]
    return subtasks


def test_the_rules_for_a_payment_wait_for_the_payment_and_those_beside_it_do_not() -> None:
    assert [(each["worker"], each["needs"]) for each in subtasks_of(HOTEL)] == [
        ("transactions", []),
        ("policies", ["t1"]),
        ("policies", []),
    ]


@pytest.mark.parametrize(
    "message, workers",
    [
        ("How do I change my PIN?", ["policies"]),
        ("Is my card ending 6910 frozen?", ["cards", "policies"]),
        ("What is the balance of A014?", ["account", "policies"]),
        ("Please lower the daily limit of my card to 200.00 pounds.", ["cards", "policies"]),
        ("???", ["policies"]),
    ],
)
def test_who_is_asked_depends_on_what_is_named(message: str, workers: list[str]) -> None:
    assert [each["worker"] for each in subtasks_of(message)] == workers


def test_for_a_stranger_only_the_policies_are_asked() -> None:
    assert {each["worker"] for each in subtasks_of(HOTEL, known=False)} == {"policies"}


@pytest.mark.parametrize("most", [1, 2, 8])
def test_a_message_with_more_requests_than_the_cap_gives_a_plan_that_says_so(most: int) -> None:
    assert len(subtasks_of(LONG, most=most)) == most + 1


def test_a_plan_is_short_however_long_the_message() -> None:
    assert all(len(each["question"]) <= 300 for each in subtasks_of("I was charged twice at Kestrel Books " * 400))
