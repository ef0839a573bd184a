"""Triage: choose the path of a routed message, the short one or one of the long ones."""

import re

from langgraph.runtime import Runtime

from desk.business import Knowledge, business, knowledge
from desk.records import OTHER
from state.context import Context
from state.desk import RoutedInput
from state.support_desk import TriageUpdate

FEWEST_WORDS = 3  # of a sentence that asks for something
LONG = 60  # words; a longer message has facts worth sorting out first
ASKS = re.compile(
    r"\?$|\b(?:please|(?:can|could) (?:you|i)|may i|i(?:'d| would) like|i (?:want|need)|tell me|how|what|when|why)\b",
    re.IGNORECASE,
)
SURE = 0.6  # confidence in a sentence's route


async def triage(state: RoutedInput, runtime: Runtime[Context]) -> TriageUpdate:
    """Return the step that the message goes on to; most take the short path, `retrieve`.

    A route that only the second tier was sure of opens none of the business's long paths: they route anew, and would
    doubt it.
    """
    message = state["request"]
    if asks_for_several(message, await knowledge()):
        return {"path": "sections"}
    is_sure = (await knowledge()).guess(message).confidence >= runtime.context.route_threshold
    is_known = state["customer_id"] is not None
    if is_known and is_sure and (path := business().long_path(message, state["route"])):
        return {"path": path}
    return {"path": "chain" if len(message.split()) > LONG else "retrieve"}


def asks_for_several(message: str, desk: Knowledge) -> bool:
    """Return whether sentences that ask for something are surely about different routes."""
    parts = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", message) if part.strip()]
    asking = [part for part in parts if len(part.split()) >= FEWEST_WORDS and ASKS.search(part)]
    if len(asking) < 2:  # noqa: PLR2004 - several
        return False
    guesses = [desk.guess(part) for part in asking]
    return len({guess.route for guess in guesses if guess.confidence >= SURE and guess.route != OTHER}) > 1
