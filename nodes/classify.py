"""Classify a message with the trained router: the first and cheapest tier."""

import asyncio

from bank.router import router
from state.desk import Inquiry, Routing


async def classify(state: Inquiry) -> Routing:
    """The most probable route with its calibrated confidence."""
    trained = await asyncio.to_thread(router)  # the first call reads or trains it; the loop must not wait
    guess = trained.guess(state["message"])
    return {"route": guess.route, "confidence": guess.confidence}
