"""Check tone: a reply is short enough to be read, and neither shouts nor blames nor promises."""

import re

from state.support_desk import CheckInput, CheckUpdate

MOST_WORDS = 400
SHOUTED = re.compile(r"\b[A-Z]{4,}(?:\s+[A-Z]{4,}){2,}\b|!{2,}")
UNKIND = re.compile(
    r"\b(?:your (?:own )?fault|you should have known|as (?:i|we) (?:already )?said|obviously|calm down|ridiculous)\b",
    re.IGNORECASE,
)
PROMISED = re.compile(r"\b(?:we|i) (?:guarantee|promise)\b", re.IGNORECASE)


async def check_tone(state: CheckInput) -> CheckUpdate:
    """Return the first fault in tone of each part."""
    return {"faults": [fault for part in state["parts"] if (fault := tone_fault(part.reply))]}


def tone_fault(reply: str) -> str | None:
    """Return the first fault of the reply in words; None where it has none."""
    if len(reply.split()) > MOST_WORDS:
        return f"the reply has more than {MOST_WORDS} words"
    if SHOUTED.search(reply):
        return "the reply shouts"
    if UNKIND.search(reply):
        return "the reply blames the customer"
    return "the reply promises an outcome" if PROMISED.search(reply) else None
