"""Plan the effect of each action without changing anything.

`plan` reads the records that the action touches, applies the rules, and returns the statements to run. Checking an
action is planning it; performing it is running the plan in the same transaction, so the two cannot disagree.
"""

import sqlite3
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from bank.ledger import rules, tables
from bank.ledger.actions import BankAction, ChangeLimit, CloseAccount, FileDispute, FreezeCard, Refund, ReissueCard
from bank.ledger.protocol import Refused
from bank.ledger.records import Account, Card, Customer, Transaction
from baton.records import Record

R = TypeVar("R", bound=Record)

_SET_BALANCE = "UPDATE accounts SET balance = :balance WHERE account_id = :account_id"


class Effect(NamedTuple):
    """Statements with their values, in order, and the result for the receipt."""

    statements: list[tuple[str, dict[str, Any]]]
    result: dict[str, str]


def stamp(moment: datetime) -> str:
    """Return the moment (UTC) in the form of `Transaction.at`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def plan(db: sqlite3.Connection, customer_id: str, action: BankAction, now: datetime) -> Effect:
    """Return the effect of the action; raises UnknownCustomer, or Refused with a rule's code."""
    customer = tables.customer(db, customer_id)
    if customer.status == "closed":
        raise Refused("customer_closed", "the customer has left the bank")
    match action:
        case Refund():
            return _refund(db, customer, action, now)
        case FreezeCard():
            return _freeze_card(db, customer, action)
        case ReissueCard():
            return _reissue_card(db, customer, action, now)
        case FileDispute():
            return _file_dispute(db, customer, action, now)
        case ChangeLimit():
            return _change_limit(db, customer, action)
        case CloseAccount():
            return _close_account(db, customer, action)


def _refund(db: sqlite3.Connection, customer: Customer, action: Refund, now: datetime) -> Effect:
    transaction = _transaction(db, customer, action.transaction_id)
    account = _account(db, customer, transaction.account_id)
    rules.check_refund(action, transaction, account, is_disputed=_is_disputed(db, transaction), now=now)
    balance = str(Decimal(account.balance) + Decimal(action.amount))
    statement = "UPDATE transactions SET status = 'refunded' WHERE transaction_id = :transaction_id"
    return Effect(
        [
            (statement, {"transaction_id": transaction.transaction_id}),
            (_SET_BALANCE, {"account_id": account.account_id, "balance": balance}),
        ],
        {
            "transaction_id": transaction.transaction_id,
            "amount": action.amount,
            "account_id": account.account_id,
            "balance": balance,
        },
    )


def _freeze_card(db: sqlite3.Connection, customer: Customer, action: FreezeCard) -> Effect:
    card = _card(db, customer, action.card_id)
    rules.check_freeze(card)
    statement = "UPDATE cards SET status = 'frozen', reported = 1 WHERE card_id = :card_id"
    return Effect([(statement, {"card_id": card.card_id})], {"card_id": card.card_id, "status": "frozen"})


def _reissue_card(db: sqlite3.Connection, customer: Customer, action: ReissueCard, now: datetime) -> Effect:
    card = _card(db, customer, action.card_id)
    account = _account(db, customer, card.account_id)
    is_reported = bool(db.execute("SELECT reported FROM cards WHERE card_id = ?", (card.card_id,)).fetchone()[0])
    fee = rules.reissue_fee(card, is_reported=is_reported)
    rules.check_reissue(card, account, fee)
    new = _successor(card, tables.next_number(db, "cards"), now)
    days = 0 if card.kind == "virtual" else rules.delivery_days(customer.country)
    cancellation = "UPDATE cards SET status = 'cancelled' WHERE card_id = :card_id"
    return Effect(
        [
            (cancellation, {"card_id": card.card_id}),
            (tables.insert("cards", Card.model_fields), new.model_dump()),
            *(_charge(db, account, fee, now) if fee else []),
        ],
        {
            "card_id": card.card_id,
            "new_card_id": new.card_id,
            "fee": str(fee),
            "arrives_by": rules.working_days_after(now, days),
        },
    )


def _file_dispute(db: sqlite3.Connection, customer: Customer, action: FileDispute, now: datetime) -> Effect:
    transaction = _transaction(db, customer, action.transaction_id)
    rules.check_dispute(transaction, is_disputed=_is_disputed(db, transaction), now=now)
    dispute = {
        "dispute_id": f"D{tables.next_number(db, 'disputes'):04}",
        "transaction_id": transaction.transaction_id,
        "account_id": transaction.account_id,
        "customer_id": customer.customer_id,
        "reason": action.reason,
        "status": "open",
        "opened_at": stamp(now),
    }
    return Effect(
        [(tables.insert("disputes", dispute), dispute)],
        {
            "dispute_id": dispute["dispute_id"],
            "transaction_id": transaction.transaction_id,
            "decision_by": rules.working_days_after(now, rules.DISPUTE_DAYS),
        },
    )


def _change_limit(db: sqlite3.Connection, customer: Customer, action: ChangeLimit) -> Effect:
    card = _card(db, customer, action.card_id)
    rules.check_limit(action, card)
    values = {"card_id": card.card_id, "daily_limit": str(Decimal(action.daily_limit))}
    statement = "UPDATE cards SET daily_limit = :daily_limit WHERE card_id = :card_id"
    return Effect([(statement, values)], {**values, "previous_limit": card.daily_limit})


def _close_account(db: sqlite3.Connection, customer: Customer, action: CloseAccount) -> Effect:
    account = _account(db, customer, action.account_id)
    values = {"account_id": account.account_id}
    pending = _count(db, "transactions WHERE account_id = ? AND customer_id = ? AND status = 'pending'", account)
    disputes = _count(db, "disputes WHERE account_id = ? AND customer_id = ? AND status = 'open'", account)
    rules.check_close(account, pending=pending, disputes=disputes)
    return Effect(
        [
            ("UPDATE accounts SET status = 'closed' WHERE account_id = :account_id", values),
            ("UPDATE cards SET status = 'cancelled' WHERE account_id = :account_id", values),
        ],
        {**values, "status": "closed"},
    )


def _successor(card: Card, number: int, now: datetime) -> Card:
    """Return the card that replaces another: same account and limit, four years to run, new last digits."""
    changes = {
        "card_id": f"K{number:04}",
        "last4": f"{(int(card.last4) * 7 + number) % 10_000:04}",
        "status": "active",
        "expires": f"{now.year + 4}-{now.month:02}",
    }
    return card.model_copy(update=changes)


def _charge(db: sqlite3.Connection, account: Account, fee: Decimal, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    fee_paid = Transaction(
        transaction_id=f"T{tables.next_number(db, 'transactions'):05}",
        customer_id=account.customer_id,
        account_id=account.account_id,
        card_id=None,
        at=stamp(now),
        merchant="Harbour Bank card fee",
        amount=str(fee),
        currency=account.currency,
        kind="fee",
        status="posted",
        foreign_amount=None,
        foreign_currency=None,
    )
    balance = str(Decimal(account.balance) - fee)
    return [
        (tables.insert("transactions", Transaction.model_fields), fee_paid.model_dump()),
        (_SET_BALANCE, {"account_id": account.account_id, "balance": balance}),
    ]


def _transaction(db: sqlite3.Connection, customer: Customer, transaction_id: str) -> Transaction:
    condition = "WHERE transaction_id = ? AND customer_id = ?"
    return _first(tables.select(db, Transaction, condition, transaction_id, customer.customer_id), "transaction")


def _card(db: sqlite3.Connection, customer: Customer, card_id: str) -> Card:
    condition = "WHERE card_id = ? AND customer_id = ?"
    return _first(tables.select(db, Card, condition, card_id, customer.customer_id), "card")


def _account(db: sqlite3.Connection, customer: Customer, account_id: str) -> Account:
    condition = "WHERE account_id = ? AND customer_id = ?"
    return _first(tables.select(db, Account, condition, account_id, customer.customer_id), "account")


def _first(records: list[R], thing: str) -> R:
    """Return the only record; a missing one and another customer's are refused in the same words."""
    if not records:
        raise Refused("not_yours", f"the customer has no such {thing}")
    return records[0]


def _is_disputed(db: sqlite3.Connection, transaction: Transaction) -> bool:
    query = "SELECT 1 FROM disputes WHERE account_id = ? AND transaction_id = ? AND status = 'open'"
    return db.execute(query, (transaction.account_id, transaction.transaction_id)).fetchone() is not None


def _count(db: sqlite3.Connection, rest: str, account: Account) -> int:
    query = f"SELECT count(*) FROM {rest}"  # noqa: S608 - the text is ours, values are bound
    return int(db.execute(query, (account.account_id, account.customer_id)).fetchone()[0])
