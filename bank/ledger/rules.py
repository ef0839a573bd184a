"""The bank's rules: may this be done now? Functions of values; each raises Refused or returns nothing.

| action       | allowed when |
|--------------|---|
| refund       | posted card payment, cash or fee, at most 120 days old, not in dispute; never more than was paid |
| freeze_card  | the card is active |
| reissue_card | the card is frozen or expired, and the account holds the fee |
| file_dispute | posted, at most 120 days old, not in dispute already |
| change_limit | the card is active or frozen, 100.00 to 5000.00, another limit than now |
| close_account| balance 0.00, nothing pending, no open dispute |
"""

from datetime import datetime, timedelta
from decimal import Decimal

from bank.ledger.actions import ChangeLimit, Refund
from bank.ledger.protocol import Refused
from bank.ledger.records import Account, Card, Transaction

OLDEST = timedelta(days=120)
REISSUE_FEE = Decimal("5.00")
LOWEST_LIMIT, HIGHEST_LIMIT = Decimal("100.00"), Decimal("5000.00")
DELIVERY_DAYS_HOME, DELIVERY_DAYS_ABROAD = 5, 10
DISPUTE_DAYS = 10

_REFUNDABLE = {"card_payment", "cash_withdrawal", "fee"}
_SATURDAY = 5


def check_refund(action: Refund, payment: Transaction, account: Account, *, is_disputed: bool, now: datetime) -> None:
    """Refuse a refund of a payment that is not posted, is refunded, too old or in dispute, or of more than was paid."""
    _must_be_posted(payment)
    _must_be_recent(payment, now)
    _must_be_undisputed(payment, is_disputed=is_disputed)
    if payment.kind not in _REFUNDABLE:
        raise Refused("not_refundable", f"a {payment.kind} cannot be refunded; card payments, cash and fees can")
    if Decimal(action.amount) > Decimal(payment.amount):
        raise Refused(
            "above_amount", f"{payment.transaction_id} was {payment.amount}; {action.amount} is more than that"
        )
    if account.status == "closed":
        raise Refused("account_closed", f"account {account.account_id} is closed")


def check_freeze(card: Card) -> None:
    """Refuse to freeze a card that is not active."""
    if card.status == "frozen":
        raise Refused("already_frozen", f"card {card.card_id} is frozen already")
    if card.status != "active":
        raise Refused("card_not_active", f"card {card.card_id} is {card.status}")


def check_reissue(card: Card, account: Account, fee: Decimal) -> None:
    """Refuse a new card while the old one works, or when the account cannot pay for it."""
    if card.status == "active":
        raise Refused("card_active", f"card {card.card_id} is active; it must be frozen first")
    if card.status == "cancelled":
        raise Refused("card_cancelled", f"card {card.card_id} is cancelled")
    if account.status == "closed":
        raise Refused("account_closed", f"account {account.account_id} is closed")
    if Decimal(account.balance) < fee:
        raise Refused("balance_too_low", f"the fee is {fee} and the balance is {account.balance}")


def check_dispute(payment: Transaction, *, is_disputed: bool, now: datetime) -> None:
    """Refuse a dispute of a payment that is not posted, is too old, or is in dispute already."""
    _must_be_posted(payment)
    _must_be_recent(payment, now)
    _must_be_undisputed(payment, is_disputed=is_disputed)


def check_limit(action: ChangeLimit, card: Card) -> None:
    """Refuse a limit outside the bank's range, or on a card that cannot be used."""
    if card.status not in {"active", "frozen"}:
        raise Refused("card_not_active", f"card {card.card_id} is {card.status}")
    limit = Decimal(action.daily_limit)
    if not LOWEST_LIMIT <= limit <= HIGHEST_LIMIT:
        raise Refused("limit_out_of_range", f"a daily limit is {LOWEST_LIMIT} to {HIGHEST_LIMIT}")
    if limit == Decimal(card.daily_limit):
        raise Refused("limit_unchanged", f"the daily limit of {card.card_id} is {card.daily_limit} already")


def check_close(account: Account, *, pending: int, disputes: int) -> None:
    """Refuse to close an account that is not empty and settled."""
    if account.status == "closed":
        raise Refused("account_closed", f"account {account.account_id} is closed already")
    if Decimal(account.balance) != 0:
        raise Refused("balance_not_zero", f"the balance is {account.balance}; it must be 0.00")
    if pending:
        raise Refused("pending_transactions", f"{pending} transactions are still pending")
    if disputes:
        raise Refused("open_disputes", f"{disputes} disputes are still open")


def reissue_fee(card: Card, *, is_reported: bool) -> Decimal:
    """Return the fee in GBP: free for a virtual card, an expired one, or one that the desk froze.

    The desk freezes on loss, theft or fraud.
    """
    is_free = is_reported or card.kind == "virtual" or card.status == "expired"
    return Decimal("0.00") if is_free else REISSUE_FEE


def delivery_days(country: str) -> int:
    """Return the working days until a card arrives in that country (ISO 3166 two letters)."""
    return DELIVERY_DAYS_HOME if country == "GB" else DELIVERY_DAYS_ABROAD


def working_days_after(start: datetime, days: int) -> str:
    """Return the date so many working days (Monday to Friday, public holidays included) after the start."""
    day = start.date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return day.isoformat()


def _must_be_posted(payment: Transaction) -> None:
    if payment.status == "refunded":
        raise Refused("already_refunded", f"{payment.transaction_id} was refunded already")
    if payment.status != "posted":
        raise Refused("not_posted", f"{payment.transaction_id} is {payment.status}: no money was taken for good")


def _must_be_recent(payment: Transaction, now: datetime) -> None:
    if now - datetime.fromisoformat(payment.at) > OLDEST:
        raise Refused("too_old", f"{payment.transaction_id} is more than {OLDEST.days} days old")


def _must_be_undisputed(payment: Transaction, *, is_disputed: bool) -> None:
    if is_disputed:
        raise Refused("in_dispute", f"{payment.transaction_id} is in dispute")
