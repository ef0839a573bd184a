"""Retrieve the policy passages that bear on a routed message."""

from langgraph.runtime import Runtime

from desk.business import knowledge
from state.context import Context
from state.desk import Evidence, Routed


async def retrieve(state: Routed, runtime: Runtime[Context]) -> Evidence:
    """Ids only: the texts stay where they are."""
    known, most = await knowledge(), runtime.context.passages
    return {"passages": known.search(state["message"], state["route"], most)}
