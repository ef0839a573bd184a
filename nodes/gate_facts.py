"""Gate: every fact's quote stands in the message, and no card number does."""

from typing import NotRequired

from baton.gates import GateReport, gate_report
from baton.redact import holds_card_number, redact
from state.chaining import Extracted, Fact


class Gated(Extracted):
    """Facts before their gate."""

    repaired: NotRequired[list[str]]


async def gate_facts(state: Gated) -> GateReport:
    """Let the facts through, or say what is wrong with them.

    Raises:
        GateFailed: they were repaired once already.
    """
    return gate_report("gate_facts", _fault(redact(state["message"]), state["facts"]), state.get("repaired", []))


def _fault(message: str, facts: list[Fact]) -> str | None:
    said = " ".join(message.split())
    for fact in facts:
        quote = " ".join(fact.quote.split())
        if not quote or quote not in said:
            return f"the message does not say {fact.quote!r}"
        if holds_card_number(fact.quote):
            return "a quote holds a card number"
    return None
