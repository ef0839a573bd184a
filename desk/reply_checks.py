"""Check a reply and its action before anyone acts on them; a check returns the fault in words, or None."""

from collections.abc import Collection

from baton.redact import card_masks, holds_card_number
from desk.business import business
from desk.records import Action, Review, amount_of


def citation_fault(citations: Collection[str], citable: Collection[str]) -> str | None:
    """Return a fault unless the reply cites policies, and only ones of `citable`."""
    sound = citations and set(citations) <= set(citable)
    return None if sound else "the reply cites no policy that it was given"


def invention_fault(reply: str, action: Action | None, grounds: str) -> str | None:
    """Return a fault unless each act that a reply claims is proposed, and each amount in it stands in `grounds`."""
    if fault := claim_fault(reply, action):
        return fault
    reader, service = business().reader, business().service
    amounts = reader.amounts(reply) - reader.amounts(grounds) - amount_of(action, service.amount_fields)
    return f"the reply names an amount that no cited policy does: {min(amounts)}" if amounts else None


def claim_fault(reply: str, action: Action | None) -> str | None:
    """Return a fault where a reply claims an act and no action is proposed."""
    claims = action is None and business().reader.claims_done(reply)
    return "the reply claims that something was done, and proposes nothing" if claims else None


async def privacy_fault(reply: str, customer_id: str | None, message: str) -> str | None:
    """Return a fault where a reply holds a card number or names another customer's things."""
    if shows_card_number(reply, message):
        return "the reply holds a card number"
    if await business().service.names_others(reply, customer_id):
        return f"the reply names {business().wording.thing} that is not the customer's"
    return None


def shows_card_number(text: str, source: str) -> bool:
    """Return whether a text holds a card number, also one over the end of a line, or a masked one.

    A masked number that already stands in `source`, the writer's input, does not count.
    """
    return holds_card_number(" ".join(text.split())) or not card_masks(text) <= card_masks(source)


async def review_action(action: Action | None, message: str, customer_id: str | None) -> Review:
    """Return the review of a proposed action: how to go on with it; without an action the verdict is "answer"."""
    if action is None:
        return Review(verdict="answer", reason="answered from the policies")
    if customer_id is None:
        return Review(verdict="escalate", reason="an action was proposed for nobody we know")
    return await business().service.review(action, message, customer_id)
