"""Investigate: have a worker answer one sub-task."""

from langgraph.runtime import Runtime

from desk.business import business
from desk.records import Assignment
from state.context import Context
from state.orchestrator_worker import InvestigateInput, InvestigateUpdate


async def investigate(state: InvestigateInput, runtime: Runtime[Context]) -> InvestigateUpdate:
    """Have the sub-task's worker answer it and return the finding."""
    subtask = state["subtask"]
    assignment = Assignment(
        subtask=subtask.id,
        question=subtask.question,
        message=state["request"],
        customer_id=state["customer_id"],
        route=state["route"],
        given=state["given"],
    )
    return {"findings": [await business().workers[subtask.worker].work(assignment, runtime.context.passages)]}
