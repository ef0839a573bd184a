"""Gate: the reply cites existing facts and policies, and every amount, day and name in it comes from them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from baton.steps.gates import GateReport, gate_report
from desk import clock
from desk.business import business, knowledge
from desk.records import Passage
from desk.reply_checks import citation_fault, claim_fault, contents_fault, shows_card_number
from state.chaining import GateReplyInput


async def gate_reply(state: GateReplyInput) -> GateReport:
    """Return the gate's report on summary and reply: they pass, or go back once with the first fault.

    Raises:
        GateFailed: they were repaired once already and have a fault again.
    """
    passages = (await knowledge()).passages(state["passages"], whole=True)
    fault = next(_faults(state, passages), None) or await _contents(state, passages)
    return gate_report("gate_reply", fault, state.get("repaired", []))


def _faults(state: GateReplyInput, passages: Sequence[Passage]) -> Iterator[str]:
    """Yield each fault of summary and reply in words."""
    draft, facts = state["draft"], state["facts"]
    if citation_fault(draft.citations, {each.policy_id for each in passages}):
        yield "the reply must cite policies, and only those it was given"
    if facts and not state["facts_used"]:
        yield "the reply must name the facts that it rests on"
    if any(position >= len(facts) for position in state["facts_used"]):
        yield f"there are only {len(facts)} facts"
    if shows_card_number(f"{draft.reply} {state['summary']}", " ".join(fact.quote for fact in facts)):
        yield "the reply holds a card number"
    if not state["summary"].strip():
        yield "the summary is empty"
    if fault := claim_fault(draft.reply, None, _texts(state, passages)):
        yield fault
    yield from _inventions(state, [each for each in passages if each.policy_id in draft.citations])


async def _contents(state: GateReplyInput, passages: Sequence[Passage]) -> str | None:
    """Return the fault of a reply that holds what no cited passage does; None where it does not."""
    return await contents_fault(state["draft"].reply, _texts(state, passages), state["customer_id"], state["request"])


def _texts(state: GateReplyInput, passages: Sequence[Passage]) -> list[str]:
    return [each.text for each in passages if each.policy_id in state["draft"].citations]


def _inventions(state: GateReplyInput, sources: Sequence[Passage]) -> Iterator[str]:
    """Yield a fault for each amount, day and name that neither a fact nor a cited passage holds."""
    case, reader, today = state["case"], business().reader, clock.today()
    text = f"{state['draft'].reply}\n{state['summary']}"
    grounds = "\n".join([*(f"{each.title}\n{each.text}" for each in sources), *(fact.quote for fact in state["facts"])])
    sums = reader.amounts(text) - reader.amounts(grounds) - {Decimal(amount) for amount in case.amounts}
    days = reader.days(text, today) - reader.days(grounds, today) - set(case.dates)
    known_words = reader.words(grounds) | business().wording.own_names
    yield from (f"neither a fact nor a cited policy names the amount {amount}" for amount in sorted(sums))
    yield from (f"neither a fact nor a cited policy names the day {day}" for day in sorted(days))
    for name in reader.names(text):
        if not name.isupper() and not reader.words(name) <= known_words:  # capitals only: PIN, GBP
            yield f"neither a fact nor a cited policy names {name!r}"
