"""Reconsider a message that the router was unsure of: the second tier asks a cheap model."""

import asyncio

from langgraph.runtime import Runtime

from bank.routes import load_routes, routes_folder
from baton import ask, prompt
from baton.errors import BadAnswer
from state.context import Context
from state.desk import Guess, RouteChoice, Routed


async def reconsider(state: Routed, runtime: Runtime[Context]) -> Guess:
    """The model's choice among the desk's routes, with its confidence, and whether that is enough to be sure.

    Raises:
        BadAnswer: the model named a route that there is not.
    """
    known = await asyncio.to_thread(load_routes, routes_folder())
    routes = {route.name: route.definition for route in known.values()}
    data = {"message": state["message"], "routes": routes, "router_says": state["route"]}
    choice = await ask("cheap", RouteChoice, prompt(__file__), data)
    if choice.route not in routes:
        raise BadAnswer(f"{choice.route!r} is not a route")
    sure = choice.confidence >= runtime.context.route_threshold
    return {"route": choice.route, "confidence": choice.confidence, "sure": sure}
