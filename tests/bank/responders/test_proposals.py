"""What the offline model proposes to do: only what is plainly wished, and only with the customer's own things."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.clerk.wishes import wish
from bank.ledger.actions import ACTION_NAMES, parse_action
from bank.responders.proposals import proposal
from bank.responders.words import amounts, target_amount


def card(card_id: str, last4: str, status: str, kind: str = "physical") -> dict[str, str]:
    return {"card_id": card_id, "last4": last4, "kind": kind, "status": status, "daily_limit": "500.00"}


def paid(transaction_id: str, day: int, merchant: str, amount: str, status: str = "posted") -> dict[str, str]:
    facts = {"transaction_id": transaction_id, "at": f"2026-11-{day:02}T10:00:00Z", "merchant": merchant}
    return {**facts, "amount": amount, "kind": "card_payment", "status": status}


CUSTOMER: dict[str, Any] = {
    "name": "Ada Ashgrove",
    "cards": [card("K0001", "1111", "active"), card("K0002", "2222", "frozen"), card("K0003", "3333", "expired")],
    "accounts": [
        {"account_id": "A001", "currency": "GBP", "balance": "10.00", "status": "open"},
        {"account_id": "A002", "currency": "GBP", "balance": "0.00", "status": "open"},
    ],
    "transactions": [
        paid("T00005", 9, "Kestrel Books", "24.90"),
        paid("T00004", 9, "Harbour Cafe", "7.50", "pending"),
        paid("T00003", 8, "Kestrel Books", "24.90"),
        paid("T00002", 7, "Lumen Hotel", "180.00"),
        paid("T00001", 6, "Lumen Hotel", "95.00"),
    ],
}


def proposal_of(message: str, customer: dict[str, Any] | None = CUSTOMER) -> tuple[str, ...] | None:
    found = proposal(message, customer, list(ACTION_NAMES))
    return tuple(value for name, value in found.items() if name != "reason") if found else None


@pytest.mark.parametrize(
    "message, action",
    [
        ("I lost my card, please freeze it", ("freeze_card", "K0001")),
        ("someone nicked my purse", ("freeze_card", "K0001")),
        ("My card was stolen. How long does a new one take?", ("freeze_card", "K0001")),
        ("Please freeze my card ending in 1111", ("freeze_card", "K0001")),
        ("Please freeze my card K0002", ("freeze_card", "K0002")),
        ("My card has expired, please send me a new card", ("reissue_card", "K0003")),
        ("I need a replacement card for the frozen one", ("reissue_card", "K0002")),
        ("I was charged twice at Kestrel Books", ("refund", "T00005", "24.90")),
        ("I was charged twice at Kestrel Books, 24.90 each. Refund one", ("refund", "T00005", "24.90")),
        ("Please refund T00003", ("refund", "T00003", "24.90")),
        ("Please refund the £180 at Lumen Hotel", ("refund", "T00002", "180.00")),
        ("I want a refund of the 7.50 at Harbour Cafe", ("refund", "T00004", "7.50")),
        ("I dispute the 95.00 at Lumen Hotel", ("file_dispute", "T00001")),
        ("Lower the daily limit of my card to 200", ("change_limit", "K0001", "200.00")),
        ("Please lower my limit from 500.00 to 150.00", ("change_limit", "K0001", "150.00")),
        ("Raise my limit to £1,500 please", ("change_limit", "K0001", "1500.00")),
        ("Please close my account A002", ("close_account", "A002")),
    ],
)
def test_a_plain_wish_is_proposed(message: str, action: tuple[str, ...]) -> None:
    assert proposal_of(message) == action


@pytest.mark.parametrize(
    "message",
    [
        "How do I freeze my card?",
        "What happens if I close my account A002?",
        "Why did you block my card?",
        "Please do not freeze my card",
        "I don't want to close my account A002",
        "Please unblock my card, do not block it",
        "I found my lost card, no need to freeze it",
        "The shop refunded me but the refund of 24.90 from Kestrel Books is not here",
        "Where is my refund of 24.90 from Kestrel Books?",
        "hello",
        "",
    ],
)
def test_a_question_a_refusal_or_a_settled_matter_is_no_wish(message: str) -> None:
    assert proposal_of(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "Please refund me for Lumen Hotel",
        "Please close my account",
        "Please refund the 12.00 at Kestrel Books",
        "Please refund 10.00 of the 24.90 at Kestrel Books",
        "Please refund Kestrel Books and Lumen Hotel",
        "Lower my limit by 100.00",
        "Set the limit to 100.00 or to 200.00",
        "Lower my limit to 0.00",
        "Raise my limit to £99999999999",
    ],
)
def test_what_is_not_clear_is_left_alone(message: str) -> None:
    assert proposal_of(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "Please freeze my card K0009",
        "Please freeze the card ending in 9999",
        "My wife\u2019s card was stolen",
        "Please freeze my flatmate's debit card",
        "Please refund T00099, I was charged twice at Kestrel Books",
        "Please close my account A009",
        "My card was stolen, and freeze K0009 too",
    ],
)
def test_what_is_somebody_elses_is_left_alone(message: str) -> None:
    assert proposal_of(message) is None


def test_nothing_is_proposed_for_a_stranger() -> None:
    assert proposal_of("I lost my card, please freeze it", None) is None


def test_only_what_is_allowed_is_proposed() -> None:
    assert proposal("I lost my card, please freeze it", CUSTOMER, ["refund"]) is None


def test_of_two_wishes_the_first_of_the_list_is_proposed() -> None:
    assert wish("My card was stolen. Also please close my account.") == "close_account"


WORDS = (
    "please do not refund dispute lower raise limit to £ 24.90 999999999 0.00 Kestrel Books card K0001 stolen close my"
    " account ending in 1111 A002 twice charged ? . how"
).split()


@given(st.text(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_whatever_is_written_a_proposal_is_an_action_on_the_customers_own_things(message: str) -> None:
    found = proposal(message, CUSTOMER, list(ACTION_NAMES))
    if found is not None:
        action = parse_action(found["name"], {name: value for name, value in found.items() if name != "name"})
        named = {value for name, value in action.model_dump().items() if name.endswith("_id")}
        assert named < {"K0001", "K0002", "K0003", "A001", "A002", "T00001", "T00002", "T00003", "T00004", "T00005"}


@pytest.mark.parametrize(
    "text, found",
    [
        ("24.90 and £5, then 1,200.00", ["24.90", "5.00", "1200.00"]),
        ("GBP 3 or 12 quid", ["3.00", "12.00"]),
        ("twice, in 2026, 3 times, on 4.5.", []),
        ("card 4111.11.11", []),
        ("£0 and 0.00", []),
    ],
)
def test_amounts_are_read_in_pounds(text: str, found: list[str]) -> None:
    assert amounts(text) == found


def test_the_target_of_a_change_is_the_one_amount_after_to() -> None:
    assert target_amount("from 500.00 to 300") == "300.00"
    assert target_amount("to 300 or to 400") is None
    assert target_amount("by 50 %, to 20 %") is None
