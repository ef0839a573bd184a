"""The bank's approval rules (`approval_rules.toml`), applied to actions with their cards and transactions."""

from decimal import Decimal
from functools import cache

from bank.knowledge import FOLDER
from bank.ledger.actions import ACTION_NAMES, BankAction
from bank.ledger.records import Card, Transaction
from desk.approval_rules import ApprovalRules, load_rules


@cache
def rules() -> ApprovalRules:
    """Return the bank's own rules."""
    return load_rules(FOLDER / "approval_rules.toml", ACTION_NAMES)


def needs_person(action: BankAction, *, card: Card | None = None, transaction: Transaction | None = None) -> bool:
    """Return whether a person must approve the action.

    `card` is the card of the action, `transaction` the one of a dispute; where the one that a rule compares is None, a
    person must.
    """
    return rules().needs_person(action.name, _amount(action, transaction), _limit_before(action, card))


def exceeded_limit(action: BankAction, *, transaction: Transaction | None = None) -> str | None:
    """Return an ordinary reviewer's limit (GBP) where the action exceeds it or its amount is unknown; else None."""
    return rules().exceeded_limit(action.name, _amount(action, transaction))


def _amount(action: BankAction, transaction: Transaction | None) -> Decimal | None:
    if action.name == "refund":
        return Decimal(action.amount)
    if action.name == "change_limit":
        return Decimal(action.daily_limit)
    if transaction is None or transaction.transaction_id != getattr(action, "transaction_id", None):
        return None
    return Decimal(transaction.amount)


def _limit_before(action: BankAction, card: Card | None) -> Decimal | None:
    if action.name != "change_limit" or card is None or card.card_id != action.card_id:
        return None
    return Decimal(card.daily_limit)
