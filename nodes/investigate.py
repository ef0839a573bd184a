"""Investigate: have a worker answer one sub-task."""

from langgraph.runtime import Runtime

from bank.workers import WORKERS
from state.context import Context
from state.orchestrator_worker import Found, Order


async def investigate(state: Order, runtime: Runtime[Context]) -> Found:
    """The worker's finding."""
    worker = WORKERS[state["subtask"].worker]
    return {"findings": [await worker.work(state, runtime.context.passages)]}
