"""Propose an action: find the customer's wish, and the thing that it means.

An action is proposed only when the wish is plain and exactly one card, account or transaction fits; a message that
names somebody else's, or an unknown one, gets none.
"""

import re
from collections.abc import Callable
from typing import Any

from bank.clerk.wishes import wish
from bank.responders.things import account_meant, card_meant, names_only_own, transaction_meant
from bank.responders.words import amounts, target_amount

Data = dict[str, Any]
EXPIRED = re.compile(r"\b(?:expired?|expiry|ran out|out of date)\b", re.IGNORECASE)


def proposal(message: str, customer: Data | None, actions: list[str]) -> Data | None:
    """Return the action that the message asks for, if it is one of `actions`; else None."""
    name = wish(message)
    if customer is None or name not in actions or not names_only_own(message, customer):
        return None
    return PROPOSERS[name](message, customer)


def _freeze(message: str, customer: Data) -> Data | None:
    card = card_meant(message, customer, ("active",)) or card_meant(message, customer, ("frozen",))
    return card and {"name": "freeze_card", "card_id": card["card_id"]}


def _reissue(message: str, customer: Data) -> Data | None:
    """Return the reissue of the frozen card, or of the expired one where the message says so."""
    card = card_meant(message, customer, ("expired",) if EXPIRED.search(message) else ("frozen",))
    return card and {"name": "reissue_card", "card_id": card["card_id"]}


def _limit(message: str, customer: Data) -> Data | None:
    card, amount = card_meant(message, customer, ("active",)), target_amount(message)
    return {"name": "change_limit", "card_id": card["card_id"], "daily_limit": amount} if card and amount else None


def _close(message: str, customer: Data) -> Data | None:
    account = account_meant(message, customer)
    return account and {"name": "close_account", "account_id": account["account_id"]}


def _dispute(message: str, customer: Data) -> Data | None:
    payment = transaction_meant(message, customer)
    reason = " ".join(message.split())[:300]
    return payment and {"name": "file_dispute", "transaction_id": payment["transaction_id"], "reason": reason}


def _refund(message: str, customer: Data) -> Data | None:
    """Return the refund of the whole payment; None where the message names another amount too."""
    payment = transaction_meant(message, customer)
    if payment is None or set(amounts(message)) - {payment["amount"]}:
        return None
    return {"name": "refund", "transaction_id": payment["transaction_id"], "amount": payment["amount"]}


PROPOSERS: dict[str, Callable[[str, Data], Data | None]] = {
    "close_account": _close,
    "change_limit": _limit,
    "reissue_card": _reissue,
    "freeze_card": _freeze,
    "file_dispute": _dispute,
    "refund": _refund,
}
