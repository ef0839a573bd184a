"""Answer at once: one prompt, one answer. The baseline that every pattern must beat."""

import asyncio

from langgraph.runtime import Runtime

from bank.papers import policies
from bank.policy_index import policy_index
from bank.router import router
from bank.routes import load_routes, routes_folder
from baton import ask, prompt
from baton.errors import BadAnswer
from baton.redact import redact
from state.context import Context
from state.desk import Inquiry, Resolution
from state.single_call import SingleAnswer


async def answer_at_once(state: Inquiry, runtime: Runtime[Context]) -> Resolution:
    """The model's answer as it is; only its form is checked, and card numbers are masked before it reads the message.

    Raises:
        BadAnswer: the model named a route that there is not.
    """
    index, routes = await asyncio.to_thread(policy_index), await asyncio.to_thread(load_routes, routes_folder())
    await asyncio.to_thread(router)  # the offline model answers on the loop, which must not wait for the file
    found = await asyncio.to_thread(index.search, state["message"], "", runtime.context.passages)
    data = {
        "message": redact(state["message"]),
        "routes": {route.name: route.definition for route in routes.values()},
        "policies": await policies(found),
    }
    said = await ask("strong", SingleAnswer, prompt(__file__), data)
    if said.route not in routes:
        raise BadAnswer(f"{said.route!r} is not a route")
    return {
        "outcome": said.outcome,
        "route": said.route,
        "confidence": said.confidence,
        "reply": said.reply,
        "citations": said.citations,
        "actions": [],
        "reason": said.reason,
    }
