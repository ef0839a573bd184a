"""Triage: most messages take the short path, and code says which do not."""

import pytest

from bank.triage import next_step

STORY = "I was on the train when it happened and " * 9


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize(
    "message, route, known, step",
    [
        ("How do I change my PIN?", "cards", True, "retrieve"),
        ("How do I change my PIN? Please tell me how.", "cards", True, "retrieve"),
        ("Please close my account. And what does a transfer abroad cost?", "account", True, "sections"),
        ("What is the fee for cash abroad? How do I change my PIN?", "fees", False, "sections"),
        ("I was charged twice at the bakery. Please refund one.", "disputes", True, "investigate"),
        ("I was charged twice at the bakery. Please refund one.", "disputes", False, "retrieve"),
        ("There is a payment that I never made.", "security", True, "vote"),
        ("There is a payment that I never made.", "security", False, "retrieve"),
        ("My card was stolen, please freeze it.", "security", True, "retrieve"),
        (STORY + "how long does a transfer take?", "transfers", True, "chain"),
        ("?!", "other", False, "retrieve"),
    ],
)
def test_only_what_needs_a_long_path_takes_it(message: str, route: str, known: bool, step: str) -> None:  # noqa: FBT001
    assert next_step(message, route, known=known) == step
