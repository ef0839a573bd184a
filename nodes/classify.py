"""Classify a message with the trained router: the first and cheapest tier."""

import asyncio

from langgraph.runtime import Runtime

from bank.router import router
from state.context import Context
from state.desk import Guess, Inquiry


async def classify(state: Inquiry, runtime: Runtime[Context]) -> Guess:
    """The most probable route with its calibrated confidence, and whether that is enough to be sure."""
    trained = await asyncio.to_thread(router)  # the first call reads or trains it; the loop must not wait
    guess = trained.guess(state["message"])
    sure = guess.confidence >= runtime.context.route_threshold
    return {"route": guess.route, "confidence": guess.confidence, "sure": sure}
