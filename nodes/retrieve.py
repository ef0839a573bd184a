"""Retrieve the policy passages that bear on a routed message."""

import asyncio

from langgraph.runtime import Runtime

from bank.policy_index import policy_index
from state.context import Context
from state.desk import Evidence, Routed


async def retrieve(state: Routed, runtime: Runtime[Context]) -> Evidence:
    """Ids only: the texts stay where they are."""
    most = runtime.context.passages
    found = await asyncio.to_thread(lambda: policy_index().search(state["message"], state["route"], most))
    return {"passages": found}
