"""Convene the voters: settle which views are asked before anybody is."""

from langgraph.runtime import Runtime

from bank.views import panel
from state.context import Context
from state.desk import Inquiry
from state.voting import Convening


async def convene(state: Inquiry, runtime: Runtime[Context]) -> Convening:  # noqa: ARG001 - all messages get the same
    """The names of the views that are asked, as many as the context's `voters`."""
    return {"panel": panel(runtime.context.voters)}
