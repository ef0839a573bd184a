"""Convene the voters: settle which views are asked before anybody is."""

from langgraph.runtime import Runtime

from desk.business import business
from state.context import Context
from state.desk import Inquiry
from state.voting import ConveneUpdate


async def convene(state: Inquiry, runtime: Runtime[Context]) -> ConveneUpdate:  # noqa: ARG001 - all messages get the same
    """The names of the views that are asked, as many as the context's `voters`."""
    return {"panel": [view.name for view in business().fraud.views][: runtime.context.voters]}
