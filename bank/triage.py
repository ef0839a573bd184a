"""Which messages need the long path: code that reads a message and its route, and asks no model."""

import re

from bank.router import router
from bank.routes import OTHER
from state.support_desk import Path

FEWEST_WORDS = 3  # of a sentence that asks for something
LONG = 60  # words; a longer message has facts worth sorting out first
ASKS = re.compile(
    r"\?$|\b(?:please|(?:can|could) (?:you|i)|may i|i(?:'d| would) like|i (?:want|need)|tell me|how|what|when|why)\b",
    re.IGNORECASE,
)
PAID = re.compile(
    r"\b(?:pay|paid|payments?|charged?|charges|transactions?|purchases?|withdraw\w*|spent)\b", re.IGNORECASE
)
SURE = 0.6  # of a sentence's route


def next_step(message: str, route: str, *, known: bool) -> Path:
    """Where a routed message goes on; `known` says that we know who asks. Most take the short path: `retrieve`."""
    if _asks_for_several(message):
        return "sections"
    if known and route == "disputes":
        return "investigate"
    if known and route == "security" and PAID.search(message):
        return "vote"
    return "chain" if len(message.split()) > LONG else "retrieve"


def _asks_for_several(message: str) -> bool:
    """Whether sentences that ask for something are surely about different subjects."""
    parts = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", message) if part.strip()]
    asking = [part for part in parts if len(part.split()) >= FEWEST_WORDS and ASKS.search(part)]
    if len(asking) < 2:  # noqa: PLR2004 - several
        return False
    guesses = [router().guess(part) for part in asking]
    return len({guess.route for guess in guesses if guess.confidence >= SURE and guess.route != OTHER}) > 1
