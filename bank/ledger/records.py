"""The bank's records.

Amounts are decimal strings with two places ("24.90"), never floats; times are ISO 8601 in UTC
("2026-11-03T09:15:00Z"), so they sort as text. A transaction's amount is always positive:
its kind says which way the money went.
"""

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from baton.records import Record
from desk import records

Amount = Annotated[
    records.Amount,
    WithJsonSchema({**records.AMOUNT_SCHEMA, "description": 'GBP with two decimals, such as "24.90"'}),
]
"""A positive amount in pounds."""


class Customer(Record):
    """One customer of the bank."""

    customer_id: str
    name: str
    email: str
    country: str
    """ISO 3166 two letters; decides whether post goes abroad."""
    status: Literal["active", "closed"]


class Account(Record):
    """One account of a customer."""

    account_id: str
    customer_id: str
    currency: str
    balance: str
    """Decimal string; the one amount that may be zero or negative."""
    status: Literal["open", "closed"]


class Card(Record):
    """One payment card; its number is never held, only the last four digits."""

    card_id: str
    customer_id: str
    account_id: str
    last4: str
    kind: Literal["physical", "virtual"]
    status: Literal["active", "frozen", "expired", "cancelled"]
    daily_limit: str
    expires: str
    """Month, as "2028-05"."""


class Transaction(Record):
    """One movement on an account."""

    transaction_id: str
    customer_id: str
    account_id: str
    card_id: str | None
    at: str
    merchant: str
    amount: str
    currency: str
    kind: Literal["card_payment", "cash_withdrawal", "transfer", "top_up", "fee"]
    status: Literal["posted", "pending", "declined", "reversed", "refunded"]
    foreign_amount: str | None
    foreign_currency: str | None


class Receipt(records.Receipt):
    """The bank's confirmation that an action was done; the same key always gets the same receipt."""

    action: str
    at: str
    result: dict[str, str]


class LogLine(Record):
    """One request to act that the bank received, with its result.

    A refused one has the result `{"refused": code}`; `replayed` is True where the key was known and nothing changed.
    """

    at: str
    idempotency_key: str
    action: str
    args: dict[str, str]
    replayed: bool
    result: dict[str, str]
