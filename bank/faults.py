"""What makes a draft unfit to send; each check gives its fault in words, or None."""

from collections.abc import Collection
from decimal import Decimal

from bank.claims import claims_done
from bank.money import gbp_in
from bank.others import names_others
from baton.redact import holds_card_number, masked_cards
from state.desk import Draft


def ungrounded(draft: Draft, allowed: Collection[str]) -> str | None:
    """It must cite something, and only policies that it may."""
    sound = draft.citations and set(draft.citations) <= set(allowed)
    return None if sound else "the reply cites no policy that it was given"


def invented(draft: Draft, grounds: str) -> str | None:
    """What it says done must be proposed, and the amounts that it names must stand in what it rests on."""
    if fault := unproposed(draft):
        return fault
    amounts = gbp_in(draft.reply) - gbp_in(grounds) - amount_of(draft)
    return f"the reply names an amount that no cited policy does: {min(amounts)}" if amounts else None


def unproposed(draft: Draft) -> str | None:
    """What it says done must be proposed."""
    claims = draft.action is None and claims_done(draft.reply)
    return "the reply claims that something was done, and proposes nothing" if claims else None


async def indiscreet(draft: Draft, customer_id: str | None, message: str) -> str | None:
    """It must hold no card number, and nothing that is filed under somebody else."""
    if shows_card_number(draft.reply, message):
        return "the reply holds a card number"
    if await names_others(draft.reply, customer_id):
        return "the reply names a card, an account or a payment that is not the customer's"
    return None


def shows_card_number(text: str, given: str) -> bool:
    """Whether a card number stands in a text, over the ends of its lines too, or was masked there.

    A mask that stands in what its writer was `given` tells nobody anything.
    """
    return holds_card_number(" ".join(text.split())) or not masked_cards(text) <= masked_cards(given)


def amount_of(draft: Draft) -> set[Decimal]:
    """The sum that its action is about, if it is about one."""
    amount = getattr(draft.action, "amount", None) or getattr(draft.action, "daily_limit", None)
    return {Decimal(amount)} if amount else set()
