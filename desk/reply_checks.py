"""Check a reply and its action before anyone acts on them; a check returns what is wrong in words, or None."""

from collections.abc import Collection

from baton.redact import card_masks, holds_card_number
from desk.business import business
from desk.records import Action, Review, amount_of


def citation_fault(citations: Collection[str], allowed: Collection[str]) -> str | None:
    """A reply must cite something, and only policies that it may."""
    sound = citations and set(citations) <= set(allowed)
    return None if sound else "the reply cites no policy that it was given"


def invention_fault(reply: str, action: Action | None, grounds: str) -> str | None:
    """What a reply says done must be proposed, and the amounts that it names must stand in what it rests on."""
    if fault := claim_fault(reply, action):
        return fault
    reader, service = business().reader, business().service
    amounts = reader.amounts(reply) - reader.amounts(grounds) - amount_of(action, service.amount_fields)
    return f"the reply names an amount that no cited policy does: {min(amounts)}" if amounts else None


def claim_fault(reply: str, action: Action | None) -> str | None:
    """What a reply says done must be proposed."""
    claims = action is None and business().reader.claims_done(reply)
    return "the reply claims that something was done, and proposes nothing" if claims else None


async def privacy_fault(reply: str, customer_id: str | None, message: str) -> str | None:
    """A reply must hold no card number, and nothing that is filed under somebody else."""
    if shows_card_number(reply, message):
        return "the reply holds a card number"
    if await business().service.names_others(reply, customer_id):
        return f"the reply names {business().wording.thing} that is not the customer's"
    return None


def shows_card_number(text: str, given: str) -> bool:
    """Return whether a card number stands in a text, over the ends of its lines too, or was masked there.

    A mask that stands in what its writer was `given` tells nobody anything.
    """
    return holds_card_number(" ".join(text.split())) or not card_masks(text) <= card_masks(given)


async def review_action(action: Action | None, message: str, customer_id: str | None) -> Review:
    """Return how to go on with a proposed action; without one there is only an answer."""
    if action is None:
        return Review(verdict="answer", reason="answered from the policies")
    if customer_id is None:
        return Review(verdict="escalate", reason="an action was proposed for nobody we know")
    return await business().service.review(action, message, customer_id)
