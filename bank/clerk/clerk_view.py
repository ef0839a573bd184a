"""The view that a clerk has of a customer's things: the fields that the work needs, and no others."""

from bank.ledger.records import Account, Card, Transaction
from desk.records import Row

KEYS = {"transactions": "transaction_id", "cards": "card_id", "accounts": "account_id"}
"""The kinds of things that a customer has, each with the field of its id."""
CARD = {"card_id", "last4", "kind", "status", "daily_limit"}
ACCOUNT = {"account_id", "currency", "balance", "status"}
TRANSACTION = {"transaction_id", "at", "merchant", "amount", "kind", "status"}


def card_rows(cards: list[Card]) -> list[Row]:
    """Return each card as a row, without its account and its expiry."""
    return [card.model_dump(include=CARD) for card in cards]


def account_rows(accounts: list[Account]) -> list[Row]:
    """Return each account as a row, with its balance."""
    return [account.model_dump(include=ACCOUNT) for account in accounts]


def transaction_rows(transactions: list[Transaction]) -> list[Row]:
    """Return each transaction as a row, with its merchant, its amount in pounds and its status."""
    return [each.model_dump(include=TRANSACTION) for each in transactions]
