"""Gate: every fact quotes whole words of the message, exactly one is the request, and none holds a card number."""

import re
from collections.abc import Iterator

from baton.redact import holds_card_number, redact
from baton.steps.gates import GateReport, gate_report
from desk.business import business
from state.chaining import Fact, GateFactsInput


async def gate_facts(state: GateFactsInput) -> GateReport:
    """Return the gate's report on the facts: they pass, or go back once with the first fault.

    Raises:
        GateFailed: the facts were repaired once already and have a fault again.
    """
    text = redact(" ".join(state["request"].split()))
    return gate_report("gate_facts", next(_faults(text, state["facts"]), None), state.get("repaired", []))


def _faults(text: str, facts: list[Fact]) -> Iterator[str]:
    """Yield each fault of the facts in words; `text` is the message on one line."""
    own_currency = business().reader.without_foreign
    own_text = own_currency(text)
    for fact in facts:
        quote = " ".join(fact.quote.split())
        if holds_card_number(quote):
            yield "a quote holds a card number"
        elif not _is_whole_in(quote, text):
            yield f"the message does not say {quote!r}"
        elif fact.kind == "amount" and own_currency(quote) == quote and not _is_whole_in(quote, own_text):
            yield f"the amount {quote!r} must be quoted with its currency"
    requests = sum(fact.kind == "request" for fact in facts)
    if requests != 1:
        yield f"exactly one fact must be the request, not {requests}"


def _is_whole_in(quote: str, text: str) -> bool:
    """Return whether the text holds the quote at word and number boundaries: "£12" is not in "£12.50"."""
    start = r"(?<!\w)(?<![0-9][.,/])" if quote[:1].isalnum() else ""
    end = r"(?!\w|[.,/][0-9])" if quote[-1:].isalnum() else ""
    return bool(quote) and re.search(start + re.escape(quote) + end, text) is not None
