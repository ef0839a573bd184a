"""Reconsider a message that the router was unsure of: the second tier asks a cheap model."""

import asyncio

from bank.routes import load_routes, routes_folder
from baton import ask, prompt
from baton.errors import BadAnswer
from state.desk import RouteChoice, Routed, Routing


async def reconsider(state: Routed) -> Routing:
    """The model's choice among the desk's routes, with its confidence.

    Raises:
        BadAnswer: the model named a route that there is not.
    """
    known = await asyncio.to_thread(load_routes, routes_folder())
    routes = {route.name: route.definition for route in known.values()}
    data = {"message": state["message"], "routes": routes, "router_says": state["route"]}
    choice = await ask("cheap", RouteChoice, prompt(__file__), data)
    if choice.route not in routes:
        raise BadAnswer(f"{choice.route!r} is not a route")
    return {"route": choice.route, "confidence": choice.confidence}
