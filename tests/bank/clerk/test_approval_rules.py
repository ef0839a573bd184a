"""Which actions wait for a person."""

from pathlib import Path

import pytest

from bank.clerk.approval_rules import exceeded_limit, needs_person
from bank.ledger.actions import ACTION_NAMES, ActionName, BankAction, parse_action
from bank.ledger.records import Card, Transaction
from baton.errors import BadSetting
from desk.approval_rules import load_rules

CARD = Card(
    card_id="K1", customer_id="C1", account_id="A1", last4="1234", kind="physical", status="active",
    daily_limit="500.00", expires="2028-05",
)  # fmt: skip
PAID = Transaction(
    transaction_id="T1", customer_id="C1", account_id="A1", card_id="K1", at="2026-11-01T10:00:00Z", merchant="M",
    amount="500.00", currency="GBP", kind="card_payment", status="posted", foreign_amount=None, foreign_currency=None,
)  # fmt: skip
WHOLE = (
    'refund = "never"\nfreeze_card = "never"\nreissue_card = "never"\nfile_dispute = "never"\n'
    'change_limit = "never"\nclose_account = "never"\n'
)


def refund(amount: str) -> BankAction:
    return parse_action("refund", {"transaction_id": "T1", "amount": amount})


def limit(amount: str) -> BankAction:
    return parse_action("change_limit", {"card_id": "K1", "daily_limit": amount})


DISPUTE = parse_action("file_dispute", {"transaction_id": "T1", "reason": "not mine"})


@pytest.mark.parametrize("amount, person", [("0.01", False), ("25.00", False), ("25.01", True), ("500.01", True)])
def test_refunds_by_amount(amount: str, person: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert needs_person(refund(amount)) is person


@pytest.mark.parametrize("name, person", [("freeze_card", False), ("reissue_card", False)])
def test_card_actions_never(name: ActionName, person: bool) -> None:  # noqa: FBT001 - a column of the table above
    assert needs_person(parse_action(name, {"card_id": "K1"}), card=CARD) is person


def test_closing_always() -> None:
    assert needs_person(parse_action("close_account", {"account_id": "A1"}))


def test_limits_only_when_raised() -> None:
    assert needs_person(limit("500.01"), card=CARD)
    assert not needs_person(limit("499.99"), card=CARD)
    assert needs_person(limit("100.00")), "without the card nobody can tell"
    assert needs_person(limit("100.00"), card=CARD.model_copy(update={"card_id": "K2"}))


def test_disputes_by_the_transactions_amount() -> None:
    assert not needs_person(DISPUTE, transaction=PAID)
    assert needs_person(DISPUTE, transaction=PAID.model_copy(update={"amount": "500.01"}))
    assert needs_person(DISPUTE), "without the transaction nobody can tell"
    assert needs_person(DISPUTE, transaction=PAID.model_copy(update={"transaction_id": "T2", "amount": "1.00"}))


def test_the_reviewers_limit() -> None:
    assert exceeded_limit(refund("500.01")) == "500.00"
    assert exceeded_limit(refund("500.00")) is None
    assert exceeded_limit(parse_action("close_account", {"account_id": "A1"})) is None


@pytest.mark.parametrize(
    "text, fault",
    [
        ("[person", "rules.toml"),
        ("[reviewer_limit]", "person"),
        ('[person]\nrefund = "never"\n[reviewer_limit]', "freeze_card"),
        (f"[person]\n{WHOLE}[reviewer_limit]\nrefund = 500", "reviewer_limit.refund"),
        (f'[person]\n{WHOLE}[reviewer_limit]\nrefund = "much"', "reviewer_limit.refund"),
        (f"[person]\n{WHOLE.replace('never', 'perhaps', 1)}[reviewer_limit]", "person.refund"),
        (f'[person]\n{WHOLE}sell_card = "never"\n[reviewer_limit]', "there is no action sell_card"),
        (f'[person]\n{WHOLE}[reviewer_limit]\nrefund = "0.00"', "greater than zero"),
    ],
)
def test_a_bad_file_is_named_with_its_fault(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match=fault):
        load_rules(path, ACTION_NAMES)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"nowhere\.toml"):
        load_rules(tmp_path / "nowhere.toml", ACTION_NAMES)
