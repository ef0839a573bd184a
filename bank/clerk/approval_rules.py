"""Which of the bank's actions wait for a person: `approval_rules.toml`, held against cards and transactions."""

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
    """Say whether a person must approve the action.

    `card` is the card that the action names, `transaction` the one a dispute names. Where the one
    that a rule compares with is not given, a person looks.
    """
    return rules().needs_person(action.name, _amount(action, transaction), _limit_before(action, card))


def exceeded_limit(action: BankAction, *, transaction: Transaction | None = None) -> str | None:
    """Return the most (GBP) that an ordinary reviewer may approve, where the action is for more or not known."""
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
