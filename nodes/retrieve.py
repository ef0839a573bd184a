"""Retrieve the policy passages that bear on a routed message."""

from langgraph.runtime import Runtime

from desk.business import knowledge
from state.context import Context
from state.desk import RetrieveUpdate, RoutedInput


async def retrieve(state: RoutedInput, runtime: Runtime[Context]) -> RetrieveUpdate:
    """Search the policies and return the ids of the passages, best first, as many as the context allows."""
    desk, most = await knowledge(), runtime.context.passages
    return {"passages": await desk.search(state["request"], state["route"], most)}
