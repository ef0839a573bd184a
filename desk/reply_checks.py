"""Check a reply and its action before anyone acts on them; a check returns the fault in words, or None.

What a request wishes of the actions and no draft has one for is found here too: a draft may leave it undone.
"""

from collections.abc import Collection, Iterable, Sequence

from baton.redact import card_masks, holds_card_number
from desk.business import business, customer
from desk.records import ANY, Action, Review, Wish, amount_of, customer_values

MOST_WORDS = 400  # of a reply


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

    `Reader.strange_contents` says what that is. Sources are as in `invention_fault`; the customer's own things are
    looked up where needed, and the message is no source: a customer may send on what a stranger wrote. It is one for
    names alone.
    """
    reader, names = business().reader, [message, *business().wording.own_names]
    if reader.strange_contents(reply, sources, names=names) is None:
        return None
    person = await customer(customer_id)  # of another system, so only for a reply that may have a fault
    own = customer_values(person)
    known_names = [*names, *own, str((person or {}).get("name", ""))]
    return reader.strange_contents(reply, sources, own=own, names=known_names)


async def is_quotable(request: str, customer_id: str | None) -> bool:
    """Return whether a reply may repeat a request in the customer's words, to say that it is left to a person.

    What names another's things, or holds a link, a number to call or markup, is not sent back, whoever wrote it.
    """
    if await business().service.names_others(request, customer_id):
        return False
    return business().reader.strange_contents(request, (), names=[request]) is None


async def left_to_person(requests: Sequence[str], customer_id: str | None) -> list[str]:
    """Return the paragraphs that leave requests to a person: those that may be quoted by name, the rest as the rest."""
    wording, quotable = business().wording, [each for each in requests if await is_quotable(each, customer_id)]
    return [*wording.leave(quotable), *([wording.the_rest] if len(quotable) < len(requests) else [])]


def price_fault(reply: str, consequences: str | None) -> str | None:
    """Return a fault where a reply calls free what costs something."""
    reader = business().reader
    price = reader.amounts(consequences or "")
    wrong = price and reader.calls_free(reply) and not price <= reader.amounts(reply)
    return f"the reply speaks of no cost, and it costs {min(price)}" if wrong else None


async def privacy_fault(reply: str, customer_id: str | None, message: str) -> str | None:
    """Return a fault where a reply holds a card number or names another customer's things."""
    if shows_card_number(reply, message):
        return "the reply holds a card number"
    if await business().service.names_others(reply, customer_id):
        return f"the reply names {business().wording.thing} that is not the customer's"
    return None


def tone_fault(reply: str) -> str | None:
    """Return a fault where a reply is too long to be read, or fails in tone: it shouts, blames or promises."""
    if len(reply.split()) > MOST_WORDS:
        return f"the reply has more than {MOST_WORDS} words"
    return business().reader.tone_fault(reply)


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


def unmet_wishes(request: str, actions: Iterable[Action | None]) -> list[Wish]:
    """Return the wishes of a request for which no action is proposed."""
    proposed = {each.name for each in actions if each}
    return [each for each in business().wishes(request) if each.action not in proposed]


def wish_fault(request: str, actions: Iterable[Action | None]) -> str | None:
    """Return a fault where a request asks for an action and none at all is proposed.

    Where one is, it is seen through, and what remains is named as left to a person.
    """
    unmet = [] if any(actions) else unmet_wishes(request, [])
    return f"it asks for {', '.join(each.action for each in unmet)}, and nothing is proposed" if unmet else None


def left_undone(unmet: Sequence[Wish]) -> list[str]:
    """Return the reason why a person must look, for the person; none without wishes."""
    return [f"asked for and not done: {', '.join(each.action for each in unmet)}"] if unmet else []
