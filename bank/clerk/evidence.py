"""Find the customer's own things that a question means: by id, else by merchant, amount, day or kind."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from bank.clerk.others import ids_in
from bank.ledger.records import Account, Card, Transaction
from bank.text.money import gbp_in
from desk.text.dates import days_in
from desk.text.names import words_of

MOST = 10  # transactions that one question is answered with
KINDS: dict[str, Callable[[Transaction], bool]] = {
    r"\bpending\b": lambda each: each.status == "pending",
    r"\bdeclined?\b|\brejected\b": lambda each: each.status == "declined",
    r"\brevers(?:ed|al)\b": lambda each: each.status == "reversed",
    r"\bfees?\b": lambda each: each.kind == "fee",
    r"\bcash\b|\bwithdr[ae]w": lambda each: each.kind == "cash_withdrawal",
    r"\btop(?:ped)?[ -]?ups?\b": lambda each: each.kind == "top_up",
    r"\btransfer(?:red|s)?\b": lambda each: each.kind == "transfer",
    r"\babroad\b|\bexchange rate\b|\bforeign\b": lambda each: each.foreign_currency is not None,
}
"""Words of a question, and the transactions that they mean."""


def transactions_meant(text: str, transactions: list[Transaction], today: date) -> list[Transaction]:
    """Return the transactions that a text means, in their order: those named by id, else those that fit all hints."""
    if ids := {name for name in ids_in(text) if name.startswith("T")}:
        return [each for each in transactions if each.transaction_id in ids]
    text_words, sums, days = words_of(text), gbp_in(text), days_in(text, today)
    views: list[Callable[[Transaction], bool]] = [
        lambda each: bool(words := words_of(each.merchant)) and words <= text_words,
        lambda each: Decimal(each.amount) in sums,
        lambda each: date.fromisoformat(each.at[:10]) in days,
        *(holds for words, holds in KINDS.items() if re.search(words, text, re.IGNORECASE)),
    ]
    matches = list[Transaction]()
    for view in views:
        narrower = [each for each in matches or transactions if view(each)]
        matches = narrower or matches
    return matches[:MOST]


def cards_meant(text: str, cards: list[Card]) -> list[Card]:
    """Return the cards that a text names, or all where it names none."""
    ids = {name for name in ids_in(text) if name.startswith("K") or name.isdigit()}
    return [each for each in cards if not ids or {each.card_id, each.last4} & ids]


def accounts_meant(text: str, accounts: list[Account]) -> list[Account]:
    """Return the accounts that a text names, or all where it names none."""
    ids = {name for name in ids_in(text) if name.startswith("A")}
    return [each for each in accounts if not ids or each.account_id in ids]
