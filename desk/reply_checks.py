"""Check a reply and its action before anyone acts on them; a check returns the fault in words, or None."""

import re
from collections.abc import Collection, Iterator

from baton.redact import card_masks, holds_card_number
from desk.business import business, customer
from desk.records import Action, Review, amount_of, customer_values
from desk.text.claims import ANY
from desk.text.contents import KINDS, compact
from desk.text.disguise import hidden_in, scripts_in
from desk.text.inner import inner_words_in
from desk.text.names import people_in, words_of

FREE = re.compile(r"\b(?:free|no (?:charge|cost|fee)|without (?:charge|cost)|costs? (?:you )?nothing)\b", re.IGNORECASE)


def citation_fault(citations: Collection[str], citable: Collection[str]) -> str | None:
    """Return a fault unless the reply cites policies, and only ones of `citable`."""
    sound = citations and set(citations) <= set(citable)
    return None if sound else "the reply cites no policy that it was given"


def invention_fault(reply: str, action: Action | None, sources: Collection[str], message: str) -> str | None:
    """Return a fault unless each act that a reply claims is proposed, and each amount in it has a source.

    `sources` are the texts that the reply rests on: cited policies, findings, values of the customer's own things. An
    amount may come from the message too; a claim may not, for a customer may quote one.
    """
    if fault := claim_fault(reply, action, sources):
        return fault
    reader, service = business().reader, business().service
    grounds = " ".join([message, *sources])
    amounts = reader.amounts(reply) - reader.amounts(grounds) - amount_of(action, service.amount_fields)
    return f"the reply names an amount that no cited policy does: {min(amounts)}" if amounts else None


def claim_fault(reply: str, action: Action | None, sources: Collection[str] = ()) -> str | None:
    """Return a fault where a reply claims an act that is not proposed; what a source says word for word is no claim."""
    claims = business().reader.claims(reply, "\n".join(sources))
    if action is None:
        return "the reply claims that something was done, and proposes nothing" if claims else None
    others = [each.words for each in claims if not each.acts & {action.name, ANY}]
    return f"the reply claims more than the action that it proposes: {others[0]!r}" if others else None


def tells_of(reply: str, action: Action) -> bool:
    """Return whether a reply says that this action was done."""
    return any(each.acts & {action.name, ANY} for each in business().reader.claims(reply, ""))


async def contents_fault(reply: str, sources: Collection[str], customer_id: str | None, message: str) -> str | None:
    """Return a fault where a reply holds what none of its sources holds and that a customer could come to harm by.

    That is a link, an address, a number to call or to pay to, markup, a character in disguise, a name, or a word on
    the desk's own approvals. Sources are as in `invention_fault`; the customer's own things are looked up where needed,
    and the message is no source: a customer may send on what a stranger wrote. It is one for names alone.
    """
    if hidden := hidden_in(reply):
        return f"the reply holds a hidden or disguised character: {hidden}"
    known = "\n\n".join(sources)
    if scripts := scripts_in(reply) - scripts_in(known):
        return f"the reply is written in letters that no source has: {min(scripts).lower()}"
    if words := inner_words_in(reply) - inner_words_in(known):
        return f"the reply tells of the desk's own rules: {min(words)}"
    if not (unknown := [*_unknown(reply, known)]) and not people_in(reply):
        return None
    person = await customer(customer_id)
    values = customer_values(person)
    own = {compact(each) for each in values}
    if named := next((f"{kind}: {item}" for kind, item in unknown if compact(item) not in own), None):
        return f"the reply holds {named}"
    words = words_of(" ".join([known, message, *values, str((person or {}).get("name", ""))]))
    names = (each for each in people_in(reply) if not words_of(each) <= words | business().wording.own_names)
    return next((f"the reply names somebody or something that no source names: {each}" for each in names), None)


def _unknown(reply: str, known: str) -> Iterator[tuple[str, str]]:
    """Yield each item of a reply that the known texts do not hold, with its kind."""
    for kind, items_in in KINDS.items():
        if items := items_in(reply):
            yield from ((kind, each) for each in sorted(items - items_in(known)))


def price_fault(reply: str, consequences: str | None) -> str | None:
    """Return a fault where a reply calls free what costs something."""
    price = business().reader.amounts(consequences or "")
    wrong = price and FREE.search(reply) and not price <= business().reader.amounts(reply)
    return f"the reply speaks of no cost, and it costs {min(price)}" if wrong else None


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
