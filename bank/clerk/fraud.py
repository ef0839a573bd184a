"""The bank's protection after a vote for fraud: the card is frozen, where it is clear which one."""

from bank.clerk.desk import the_bank
from bank.clerk.evidence import cards_meant
from bank.ledger.actions import FreezeCard
from bank.ledger.protocol import UnknownCustomer
from bank.ledger.records import Card

FROZEN = "We have frozen your card to be safe; you can undo that in the app."


async def protect(message: str, customer_id: str) -> tuple[FreezeCard, str] | None:
    """Return the action that freezes the card in question, and the reply's words on it; None where no card is clear."""
    card = card_meant(message, await _active(customer_id))
    return None if card is None else (FreezeCard(name="freeze_card", card_id=card.card_id), FROZEN)


def card_meant(message: str, active: list[Card]) -> Card | None:
    """Return the active card that the message names, else the only one; None where it names another."""
    fitting = cards_meant(message, active)
    return fitting[0] if len(fitting) == 1 else None


async def _active(customer_id: str) -> list[Card]:
    try:
        cards = await (await the_bank()).cards(customer_id)
    except UnknownCustomer:
        return []
    return [card for card in cards if card.status == "active"]
