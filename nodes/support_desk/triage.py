"""Triage: find out whether a routed message needs the long path, and which."""

import re

from desk.business import Knowledge, business, knowledge
from desk.records import OTHER
from state.desk import RoutedInput
from state.support_desk import TriageUpdate

FEWEST_WORDS = 3  # of a sentence that asks for something
LONG = 60  # words; a longer message has facts worth sorting out first
ASKS = re.compile(
    r"\?$|\b(?:please|(?:can|could) (?:you|i)|may i|i(?:'d| would) like|i (?:want|need)|tell me|how|what|when|why)\b",
    re.IGNORECASE,
)
SURE = 0.6  # of a sentence's route


async def triage(state: RoutedInput) -> TriageUpdate:
    """The step that the message goes on to: most take the short path, `retrieve`."""
    message = state["message"]
    if asks_for_several(message, await knowledge()):
        return {"path": "sections"}
    known = state["customer_id"] is not None
    if known and (path := business().long_path(message, state["route"])):
        return {"path": path}
    return {"path": "chain" if len(message.split()) > LONG else "retrieve"}


def asks_for_several(message: str, known: Knowledge) -> bool:
    """Whether sentences that ask for something are surely about different subjects."""
    parts = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", message) if part.strip()]
    asking = [part for part in parts if len(part.split()) >= FEWEST_WORDS and ASKS.search(part)]
    if len(asking) < 2:  # noqa: PLR2004 - several
        return False
    guesses = [known.guess(part) for part in asking]
    return len({guess.route for guess in guesses if guess.confidence >= SURE and guess.route != OTHER}) > 1
