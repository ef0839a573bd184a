"""Reconsider a message that the router was unsure of: the second tier asks a cheap model."""

from langgraph.runtime import Runtime

from baton import ask
from baton.errors import BadAnswer
from desk.business import instructions, knowledge
from state.context import Context
from state.desk import RouteChoice, RoutedInput, RouteUpdate


async def reconsider(state: RoutedInput, runtime: Runtime[Context]) -> RouteUpdate:
    """Ask a model for the route and return it with its confidence, and whether that reaches the threshold.

    Raises:
        BadAnswer: the model named an unknown route.
    """
    routes = (await knowledge()).routes
    data = {"routes": routes, "router_says": state["route"], "message": state["request"]}
    choice = await ask("cheap", RouteChoice, instructions(__file__), data, allow={"route": routes})
    if choice.route not in routes:
        raise BadAnswer(f"{choice.route!r} is not a route")
    sure = choice.confidence >= runtime.context.route_threshold
    return {"route": choice.route, "confidence": choice.confidence, "sure": sure}
