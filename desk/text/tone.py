"""The tone of a reply: whether it shouts, blames or promises."""

import re

SHOUTED = re.compile(r"\b[A-Z]{4,}(?:\s+[A-Z]{4,}){2,}\b|!{2,}")
UNKIND = re.compile(
    r"\b(?:your (?:own )?fault|you should have known|as (?:i|we) (?:already )?said|obviously|calm down|ridiculous)\b",
    re.IGNORECASE,
)
PROMISED = re.compile(r"\b(?:we|i) (?:guarantee|promise)\b", re.IGNORECASE)


def tone_fault(reply: str) -> str | None:
    """Return the first fault in tone of a reply in words; None where it has none."""
    if SHOUTED.search(reply):
        return "the reply shouts"
    if UNKIND.search(reply):
        return "the reply blames the customer"
    return "the reply promises an outcome" if PROMISED.search(reply) else None
