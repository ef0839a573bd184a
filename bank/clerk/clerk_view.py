"""What a clerk sees of a customer's things: as much as the work needs, and no more."""

from bank.ledger.records import Account, Card, Transaction
from desk.records import Row

KEYS = {"transactions": "transaction_id", "cards": "card_id", "accounts": "account_id"}
"""What a customer has, and by which field its rows are told apart."""
CARD = {"card_id", "last4", "kind", "status", "daily_limit"}
ACCOUNT = {"account_id", "currency", "balance", "status"}
TRANSACTION = {"transaction_id", "at", "merchant", "amount", "kind", "status"}


def card_rows(cards: list[Card]) -> list[Row]:
    """Each card without its account and its expiry."""
    return [card.model_dump(include=CARD) for card in cards]


def account_rows(accounts: list[Account]) -> list[Row]:
    """Each account with its balance."""
    return [account.model_dump(include=ACCOUNT) for account in accounts]


def transaction_rows(transactions: list[Transaction]) -> list[Row]:
    """Each transaction with its merchant, its amount in pounds and what became of it."""
    return [each.model_dump(include=TRANSACTION) for each in transactions]
