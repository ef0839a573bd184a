"""Classify a message with the trained router: the first and cheapest tier."""

from langgraph.runtime import Runtime

from desk.business import knowledge
from state.context import Context
from state.desk import Inquiry, RouteUpdate


async def classify(state: Inquiry, runtime: Runtime[Context]) -> RouteUpdate:
    """Return the most probable route with its calibrated confidence, and whether that reaches the threshold."""
    guess = (await knowledge()).guess(state["message"])
    sure = guess.confidence >= runtime.context.route_threshold
    return {"route": guess.route, "confidence": guess.confidence, "sure": sure}
