"""Which of a customer's things a question means."""

from datetime import date
from typing import Any

import pytest

from bank.clerk.evidence import accounts_meant, cards_meant, transactions_meant
from bank.ledger.records import Account, Card, Transaction

TODAY = date(2026, 11, 20)


def paid(name: str, merchant: str = "Lumen Hotel", amount: str = "180.00", **changed: Any) -> Transaction:
    known = {"customer_id": "C012", "account_id": "A014", "card_id": None, "at": "2026-11-06T21:04:00Z"}
    rest = {
        "currency": "GBP",
        "kind": "card_payment",
        "status": "posted",
        "foreign_amount": None,
        "foreign_currency": None,
    }
    return Transaction.model_validate(
        {"transaction_id": name, "merchant": merchant, "amount": amount, **known, **rest, **changed}
    )


MINE = [
    paid("T00005"),
    paid("T00004"),
    paid("T00003", amount="95.00"),
    paid("T00002", "Tidewater Fuel", "35.61", status="pending", at="2026-11-19T08:00:00Z"),
    paid("T00001", "Harbour Bank cash machine fee", "2.40", kind="fee"),
]


@pytest.mark.parametrize(
    "question, names",
    [
        ("What became of T00004?", ["T00004"]),
        ("Which payments of 180.00 to Lumen Hotel?", ["T00005", "T00004"]),
        ("Was Lumen Hotel paid?", ["T00005", "T00004", "T00003"]),
        ("Why is it pending?", ["T00002"]),
        ("What happened on 19 November 2026?", ["T00002"]),
        ("Which fees were there?", ["T00001"]),
        ("Which payment of 181.00 to Lumen Hotel?", ["T00005", "T00004", "T00003"]),
        ("How do I change my PIN?", []),
        ("What became of T09999 at Lumen Hotel?", []),
    ],
)
def test_transactions_are_found_by_what_is_said_of_them(question: str, names: list[str]) -> None:
    assert [each.transaction_id for each in transactions_meant(question, MINE, TODAY)] == names


def test_cards_and_accounts_are_all_meant_unless_one_is_named() -> None:
    rest = {"customer_id": "C1", "account_id": "A001", "kind": "physical", "daily_limit": "1.00", "expires": "2028-05"}
    cards = [
        Card.model_validate({"card_id": f"K000{n}", "last4": f"000{n}", "status": "active", **rest}) for n in (1, 2)
    ]
    accounts = [
        Account(account_id=f"A00{n}", customer_id="C1", currency="GBP", balance="0.00", status="open") for n in (1, 2)
    ]
    assert cards_meant("Is my card frozen?", cards) == cards
    assert cards_meant("The card ending 0002", cards) == cards_meant("k0002", cards) == cards[1:]
    assert cards_meant("The card K0009", cards) == []
    assert accounts_meant("My balance?", accounts) == accounts
    assert accounts_meant("The balance of A009", accounts) == []
