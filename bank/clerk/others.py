"""Find out whether a text names a card, an account or a payment that is not the customer's own."""

import re

from bank.clerk.desk import the_bank
from bank.ledger.protocol import UnknownCustomer

ID = re.compile(r"\b[A-Z]\d{3,6}\b", re.IGNORECASE)
ENDING = re.compile(r"\b(?:ending|ends|last (?:four|4)(?: digits)?)\D{0,12}(\d{4})\b", re.IGNORECASE)
MOST = 500  # transactions


def ids_in(text: str) -> set[str]:
    """Return the ids and last digits of cards in a text, of any customer."""
    return {name.upper() for name in ID.findall(text)} | set(ENDING.findall(text))


def says(text: str, *names: str) -> bool:
    """Return whether a text says one of these ids or last digits, as a word of its own."""
    return any(re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name in names)


async def names_others(text: str, customer_id: str | None) -> bool:
    """Return whether the text holds an id or last digits that are not this customer's.

    The bank is asked only where the text holds any.
    """
    names = ids_in(text)
    return bool(names) and not names <= await _own(customer_id)


async def _own(customer_id: str | None) -> set[str]:
    """Return the ids and last digits of all that a customer has; empty for a stranger."""
    if customer_id is None:
        return set()
    bank = await the_bank()
    try:
        cards, accounts = await bank.cards(customer_id), await bank.accounts(customer_id)
        transactions = await bank.transactions(customer_id, MOST)
    except UnknownCustomer:
        return set()
    return {
        customer_id.upper(),
        *(name for card in cards for name in (card.card_id, card.last4)),
        *(account.account_id for account in accounts),
        *(each.transaction_id for each in transactions),
    }
