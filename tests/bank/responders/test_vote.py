"""The offline votes: each view looks at something else."""

from typing import Any

import pytest

from bank.responders.vote import VIEWS, vote
from desk.business import business
from state.voting import Vote
from tests.bank.stage import asked


def paid(merchant: str, amount: str) -> dict[str, str]:
    return {
        "transaction_id": "T00001",
        "at": "2026-11-01T10:00:00Z",
        "merchant": merchant,
        "amount": amount,
        "kind": "card_payment",
        "status": "posted",
    }


ONCE = {"cards": [], "accounts": [], "transactions": [paid("Kestrel Books", "24.90")]}
OFTEN = {**ONCE, "transactions": [paid("Kestrel Books", each) for each in ("24.90", "8.00", "11.50")]}
BOOKS = "I never bought anything for 24.90 at Kestrel Books."


def vote_of(view: str, message: str, **seen: Any) -> str:
    answered = Vote.model_validate(vote(asked(view=view, message=message, **seen)))
    assert answered.view == view
    assert answered.reason
    return answered.answer


def test_every_view_can_be_taken_offline() -> None:
    assert set(VIEWS) == {view.name for view in business().fraud.views}
    assert vote_of("astrology", BOOKS) == "unsure"


@pytest.mark.parametrize(
    "view, message, seen, answer",
    [
        ("words", BOOKS, {}, "yes"),
        ("words", "How do I change my PIN?", {}, "no"),
        ("words", "I didn't buy this. Oh, I remember, my wife bought it.", {}, "unsure"),
        ("payments", BOOKS, {"customer": ONCE}, "yes"),
        ("payments", BOOKS, {"customer": OFTEN}, "no"),
        ("payments", BOOKS, {"customer": None}, "unsure"),
        ("payments", "How do I change my PIN?", {"customer": ONCE}, "no"),
        ("examples", BOOKS, {"topics": {"security/card_payment_not_recognised": 0.9}}, "yes"),
        ("examples", BOOKS, {"topics": {"disputes/request_refund": 0.9}}, "no"),
        ("examples", BOOKS, {"topics": {"security/compromised_card": 0.5}}, "unsure"),
        ("sceptic", BOOKS, {}, "yes"),
        ("sceptic", "Kestrel Books charged me twice, I never ordered two.", {}, "no"),
        ("manner", "PLEASE HURRY, one payment after the other!!", {}, "yes"),
        ("manner", "Could you tell me what this is?", {}, "no"),
        ("manner", "ok", {}, "unsure"),
        ("whereabouts", "My card was in my pocket and I was at work.", {}, "yes"),
        ("whereabouts", "Nobody else has the card.", {}, "no"),
        ("wish", "My card was stolen, freeze it.", {}, "yes"),
        ("wish", "Where can I change my address?", {}, "no"),
    ],
)
def test_a_view_votes_on_what_it_sees(view: str, message: str, seen: dict[str, Any], answer: str) -> None:
    assert vote_of(view, message, **seen) == answer
