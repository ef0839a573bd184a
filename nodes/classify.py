"""Classify a message with the decision model of the role `classifier`, the first and cheapest tier."""

from functools import lru_cache

from langchain_core.decisions import Choice
from langgraph.runtime import Runtime

from baton.models.deciding import choose
from desk.business import instructions, knowledge
from desk.records import OTHER
from state.context import Context
from state.desk import ReadInput, RouteUpdate

DIGITS = 4  # of a confidence, as it is kept and shown


async def classify(state: ReadInput, runtime: Runtime[Context]) -> RouteUpdate:
    """Return the most probable route with its calibrated confidence, and whether that reaches the threshold.

    Raises:
        BadAnswer: a decision model of the endpoint chose no route.
    """
    if not state["request"]:  # nothing but asides: a person reads what it is about
        return {"route": OTHER, "confidence": 1.0, "sure": True}
    desk = await knowledge()
    question = route_question(tuple(desk.routes.items()))
    choice = await choose("classifier", state["request"], question, local=desk.probabilities)
    confidence = round(choice.probability, DIGITS)
    return {"route": choice.label, "confidence": confidence, "sure": confidence >= runtime.context.route_threshold}


@lru_cache(maxsize=2)
def route_question(routes: tuple[tuple[str, str], ...]) -> Choice:
    """Return the question for the route of a message; `routes` are pairs of a name and its definition."""
    return Choice(instructions=instructions(__file__), criteria=dict(routes))
