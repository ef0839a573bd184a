"""Draft a reply: the paragraph of the policies that answers the message best, and at most one proposal."""

from typing import Any

from bank.skills.passages import best, worded
from bank.skills.proposals import proposal
from bank.skills.things import names_only_own
from bank.skills.wishes import wish
from baton.wire import Request

DONE = {
    "freeze_card": "We have frozen your card at once; nobody can pay with it now.",
    "reissue_card": "We have ordered your new card.",
    "refund": "We have refunded GBP {amount} to your account.",
    "file_dispute": "We have opened a dispute for this payment.",
    "change_limit": "We have set the card's daily limit to GBP {daily_limit}.",
    "close_account": "We have closed your account.",
}
ONLY_OWN = "We can act only on your own cards, accounts and payments."
TOPICS = {
    "freeze_card": "lost or stolen card frozen at once replaced free",
    "reissue_card": "replacement new card order cost arrives",
    "refund": "refund posted charge",
    "file_dispute": "dispute provisional decision",
    "change_limit": "daily limit",
    "close_account": "close account balance approves",
}
"""What a customer for whom we act wants to read about besides."""


def draft(request: Request) -> dict[str, Any]:
    """A `Draft` from the data `message`, `policies`, `customer` and `actions` (the names of those allowed)."""
    data = request.data
    message, policies = str(data.get("message", "")), list(data.get("policies", []))
    customer: dict[str, Any] | None = data.get("customer")
    action = proposal(message, customer, list(data.get("actions", [])))
    asked = f"{message} {TOPICS[action['name']]}" if action else message
    chosen = best(asked, policies)
    return {**worded(chosen, _ahead(message, customer, action)), "action": action}


def _ahead(message: str, customer: dict[str, Any] | None, action: dict[str, Any] | None) -> list[str]:
    """What the reply says before it quotes: what was done, or why it was not."""
    if action is not None:
        return [DONE[action["name"]].format(**action)]
    return [ONLY_OWN] if customer and wish(message) and not names_only_own(message, customer) else []
