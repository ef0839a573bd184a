"""Gate: every fact's quote stands in the message, whole; exactly one says what is asked; no card number stands."""

import re
from collections.abc import Iterator

from baton.redact import holds_card_number, redact
from baton.steps.gates import GateReport, gate_report
from desk.business import business
from state.chaining import Fact, GateFactsInput


async def gate_facts(state: GateFactsInput) -> GateReport:
    """Let the facts through, or say what is wrong with them.

    Raises:
        GateFailed: they were repaired once already.
    """
    said = redact(" ".join(state["message"].split()))
    return gate_report("gate_facts", next(_faults(said, state["facts"]), None), state.get("repaired", []))


def _faults(said: str, facts: list[Fact]) -> Iterator[str]:
    own_currency = business().reader.without_foreign
    own = own_currency(said)
    for fact in facts:
        quote = " ".join(fact.quote.split())
        if holds_card_number(quote):
            yield "a quote holds a card number"
        elif not _stands(quote, said):
            yield f"the message does not say {quote!r}"
        elif fact.kind == "amount" and own_currency(quote) == quote and not _stands(quote, own):
            yield f"the amount {quote!r} must be quoted with its currency"
    requests = sum(fact.kind == "request" for fact in facts)
    if requests != 1:
        yield f"exactly one fact must be the request, not {requests}"


def _stands(quote: str, said: str) -> bool:
    """Whether a text says the quote: not a part of a word or of a number, for £12 does not stand in £12.50."""
    start = r"(?<!\w)(?<![0-9][.,/])" if quote[:1].isalnum() else ""
    end = r"(?!\w|[.,/][0-9])" if quote[-1:].isalnum() else ""
    return bool(quote) and re.search(start + re.escape(quote) + end, said) is not None
