"""Retrieve the policy passages that bear on a routed message."""

from langgraph.runtime import Runtime

from desk.business import knowledge
from state.context import Context
from state.desk import RetrieveUpdate, RoutedInput


async def retrieve(state: RoutedInput, runtime: Runtime[Context]) -> RetrieveUpdate:
    """Ids only: the texts stay where they are."""
    known, most = await knowledge(), runtime.context.passages
    return {"passages": known.search(state["message"], state["route"], most)}
