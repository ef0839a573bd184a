"""Gate: the reply cites facts and policies that exist, and names no amount, day or shop that neither does."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from baton.steps.gates import GateReport, gate_report
from desk.business import business, knowledge
from desk.records import Passage
from desk.reply_checks import citation_fault, shows_card_number
from state.chaining import GateReplyInput


async def gate_reply(state: GateReplyInput) -> GateReport:
    """Let the reply through, or say what is wrong with it.

    Raises:
        GateFailed: it was repaired once already.
    """
    passages = (await knowledge()).passages(state["passages"])
    return gate_report("gate_reply", next(_faults(state, passages), None), state.get("repaired", []))


def _faults(state: GateReplyInput, passages: Sequence[Passage]) -> Iterator[str]:
    drafted, facts = state["draft"], state["facts"]
    if citation_fault(drafted.citations, {each.policy_id for each in passages}):
        yield "the reply must cite policies, and only those it was given"
    if facts and not state["facts_used"]:
        yield "the reply must name the facts that it rests on"
    if any(position >= len(facts) for position in state["facts_used"]):
        yield f"there are only {len(facts)} facts"
    if shows_card_number(f"{drafted.reply} {state['summary']}", " ".join(fact.quote for fact in facts)):
        yield "the reply holds a card number"
    if not state["summary"].strip():
        yield "the summary is empty"
    if business().reader.claims_done(drafted.reply):
        yield "the reply claims that something was done, and nothing was"
    yield from _invented(state, [each for each in passages if each.policy_id in drafted.citations])


def _invented(state: GateReplyInput, cited: Sequence[Passage]) -> Iterator[str]:
    case, reader, today = state["case"], business().reader, datetime.now(UTC).date()
    said = f"{state['draft'].reply}\n{state['summary']}"
    grounds = "\n".join([*(f"{each.title}\n{each.text}" for each in cited), *(fact.quote for fact in state["facts"])])
    sums = reader.amounts(said) - reader.amounts(grounds) - {Decimal(amount) for amount in case.amounts}
    days = reader.days(said, today) - reader.days(grounds, today) - set(case.dates)
    known = reader.words(grounds) | business().wording.own_names
    yield from (f"neither a fact nor a cited policy names the amount {amount}" for amount in sorted(sums))
    yield from (f"neither a fact nor a cited policy names the day {day}" for day in sorted(days))
    for name in reader.names(said):
        if not name.isupper() and not reader.words(name) <= known:  # capitals only: PIN, GBP
            yield f"neither a fact nor a cited policy names {name!r}"
