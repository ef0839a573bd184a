"""Gate: everything in the case comes from a fact; nothing in it is invented, misread or in the future."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NotRequired

from baton.gates import GateReport, gate_report
from state.chaining import Case, Fact, Normalised


class Gated(Normalised):
    """A case before its gate."""

    repaired: NotRequired[list[str]]


async def gate_case(state: Gated) -> GateReport:
    """Let the case through, or say what is wrong with it.

    Raises:
        GateFailed: it was repaired once already.
    """
    fault = _fault(state["case"], state["facts"], datetime.now(UTC).date())
    return gate_report("gate_case", fault, state.get("repaired", []))


def _fault(case: Case, facts: list[Fact], today: date) -> str | None:
    quotes = {kind: [fact.quote for fact in facts if fact.kind == kind] for kind in ("amount", "date", "card")}
    said = " ".join(fact.quote for fact in facts).lower()
    for amount in case.amounts:
        if not any(_may_say(quote, Decimal(amount)) for quote in quotes["amount"]):
            return f"no amount in the facts is {amount}"
    for day in case.dates:
        if day > today:
            return f"{day} lies in the future"
        if not any(_may_mean(quote, day) for quote in quotes["date"]):
            return f"no date in the facts is {day}"
    unsaid = [word for word in (*case.merchants, *case.cards, *case.accounts) if word.lower() not in said]
    return f"the facts do not say {unsaid[0]!r}" if unsaid else None


def _may_say(quote: str, amount: Decimal) -> bool:
    """Whether a quote names that amount, or says it in words alone ("five pounds")."""
    found = re.search(r"(\d[\d,]*(?:\.\d+)?)\s?(k\b)?", quote, re.IGNORECASE)
    return found is None or Decimal(found[1].replace(",", "")) * (1000 if found[2] else 1) == amount


def _may_mean(quote: str, day: date) -> bool:
    """Whether a quote names that day of the month, or names no number at all ("yesterday")."""
    numbers = {int(number) for number in re.findall(r"\d+", quote)}
    return not numbers or day.day in numbers
