"""Gate: the reply cites facts and policies that exist, and names no amount, day or shop that neither does."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NotRequired

from bank.claims import claims_done
from bank.dates import days_in
from bank.faults import shows_card_number, ungrounded
from bank.money import gbp_in
from bank.names import names_in, words_of
from bank.policy_index import Passage, policy_index
from baton.steps.gates import GateReport, gate_report
from state.chaining import Summarised

OWN = {"harbour", "bank"}  # what a reply may call us


class Gated(Summarised):
    """A reply before its gate."""

    repaired: NotRequired[list[str]]


async def gate_reply(state: Gated) -> GateReport:
    """Let the reply through, or say what is wrong with it.

    Raises:
        GateFailed: it was repaired once already.
    """
    passages = (await asyncio.to_thread(policy_index)).passages(state["passages"])
    return gate_report("gate_reply", next(_faults(state, passages), None), state.get("repaired", []))


def _faults(state: Gated, passages: list[Passage]) -> Iterator[str]:
    drafted, facts = state["draft"], state["facts"]
    if ungrounded(drafted, {each.policy_id for each in passages}):
        yield "the reply must cite policies, and only those it was given"
    if facts and not state["facts_used"]:
        yield "the reply must name the facts that it rests on"
    if any(position >= len(facts) for position in state["facts_used"]):
        yield f"there are only {len(facts)} facts"
    if shows_card_number(f"{drafted.reply} {state['summary']}", " ".join(fact.quote for fact in facts)):
        yield "the reply holds a card number"
    if not state["summary"].strip():
        yield "the summary is empty"
    if claims_done(drafted.reply):
        yield "the reply claims that something was done, and nothing was"
    yield from _invented(state, [each for each in passages if each.policy_id in drafted.citations])


def _invented(state: Gated, cited: list[Passage]) -> Iterator[str]:
    case, today = state["case"], datetime.now(UTC).date()
    said = f"{state['draft'].reply}\n{state['summary']}"
    grounds = "\n".join([*(f"{each.title}\n{each.text}" for each in cited), *(fact.quote for fact in state["facts"])])
    sums = gbp_in(said) - gbp_in(grounds) - {Decimal(amount) for amount in case.amounts}
    days = days_in(said, today) - days_in(grounds, today) - set(case.dates)
    known = words_of(grounds) | OWN
    yield from (f"neither a fact nor a cited policy names the amount {amount}" for amount in sorted(sums))
    yield from (f"neither a fact nor a cited policy names the day {day}" for day in sorted(days))
    for name in names_in(said):
        if not name.isupper() and not words_of(name) <= known:  # capitals only: PIN, GBP
            yield f"neither a fact nor a cited policy names {name!r}"
