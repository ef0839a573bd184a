"""Gate: every value of the case comes from a fact of its kind, and no date is in the future."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from baton.steps.gates import GateReport, gate_report
from desk import clock
from desk.business import business
from desk.reply_checks import shows_card_number
from state.chaining import Case, Fact, GateCaseInput


async def gate_case(state: GateCaseInput) -> GateReport:
    """Return the gate's report on the case: it passes, or goes back once with the first fault.

    Raises:
        GateFailed: the case was repaired once already and has a fault again.
    """
    faults = _faults(state["case"], state["facts"], clock.today())
    return gate_report("gate_case", next(faults, None), state.get("repaired", []))


def _faults(case: Case, facts: list[Fact], today: date) -> Iterator[str]:
    """Yield each fault of the case in words."""
    reader = business().reader
    quotes = {kind: [fact.quote for fact in facts if fact.kind == kind] for kind in ("amount", "date", "request")}
    sums = {amount for quote in quotes["amount"] for amount in reader.amounts_meant(quote)}
    days = {day for quote in quotes["date"] for day in reader.days_meant(quote, today)}
    yield from (f"no amount in the facts is {amount}" for amount in case.amounts if Decimal(amount) not in sums)
    yield from (f"{day} lies in the future" for day in case.dates if day > today)
    yield from (f"no date in the facts is {day}" for day in case.dates if day not in days)
    for kind, words in (("name", case.names), ("reference", case.references)):
        quotes_of_kind = [fact.quote for fact in facts if fact.kind == kind]
        yield from (
            f"no {kind} in the facts is {word!r}"
            for word in words
            if not any(_has_words(q, word) for q in quotes_of_kind)
        )
    if reader.amounts(case.request) - sums - reader.amounts(" ".join(quotes["request"])):
        yield "the request names an amount that the facts do not"
    if shows_card_number(case.request, " ".join(fact.quote for fact in facts)):
        yield "the request holds a card number"


def _has_words(quote: str, word: str) -> bool:
    """Return whether the quote holds `word` (one word or several) at word boundaries."""
    return bool(word.strip()) and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", quote, re.IGNORECASE) is not None
