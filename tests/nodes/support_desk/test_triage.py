"""Triage: most messages take the short path, and code says which do not."""

import pytest

from nodes.support_desk.triage import triage
from tests.nodes.conftest import Step

STORY = "I was on the train when it happened and " * 9


@pytest.mark.parametrize(
    "message, route, known, path",
    [
        ("How do I change my PIN?", "cards", True, "retrieve"),
        ("I was charged twice at the florist. Please refund one.", "disputes", True, "investigate"),
        ("I was charged twice at the florist. Please refund one.", "disputes", False, "retrieve"),
        ("There is a payment that I never made.", "security", True, "vote"),
        ("There is a payment that I never made.", "security", False, "retrieve"),
        ("My card was stolen, please freeze it.", "security", True, "retrieve"),
        (STORY + "how long does a transfer take?", "transfers", True, "chain"),
        ("?!", "other", False, "retrieve"),
    ],
)
async def test_only_what_needs_a_long_path_takes_it(
    step: Step,
    message: str,
    route: str,
    known: bool,  # noqa: FBT001 - a column of the table above
    path: str,
) -> None:
    state = {
        "message": message,
        "request": message,
        "route": route,
        "confidence": 1.0,
        "customer_id": "C010" if known else None,
    }
    assert (await step(triage, **state))["path"] == path
