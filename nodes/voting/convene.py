"""Convene the voters: fix the views that will be asked."""

from langgraph.runtime import Runtime

from desk.business import business
from state.context import Context
from state.desk import Inquiry
from state.voting import ConveneUpdate


async def convene(state: Inquiry, runtime: Runtime[Context]) -> ConveneUpdate:  # noqa: ARG001 - all messages get the same
    """Return the names of the first views of the business, as many as the context's `voters`."""
    return {"panel": [view.name for view in business().fraud.views][: runtime.context.voters]}
