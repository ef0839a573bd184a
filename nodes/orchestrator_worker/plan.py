"""Plan an investigation: sub-tasks for the business's workers."""

from langgraph.runtime import Runtime

from baton import ask
from desk.business import business, instructions
from state.context import Context
from state.orchestrator_worker import Plan, PlanInput, PlanUpdate


async def plan(state: PlanInput, runtime: Runtime[Context]) -> PlanUpdate:
    """Ask a model for a plan and return it unchecked; the next step is its gate."""
    workers = {name: worker.about for name, worker in business().workers.items()}
    data = {
        "route": state["route"],
        "customer_is_known": state["customer_id"] is not None,
        "workers": workers,
        "most": runtime.context.subtasks,
        "complaint": state.get("complaint"),
        "message": state["request"],
    }
    return {"plan": await ask("strong", Plan, instructions(__file__), data, allow={"worker": workers})}
