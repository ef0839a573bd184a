"""Plan how a message is investigated: sub-tasks for workers that there are."""

from langgraph.runtime import Runtime

from baton import ask
from desk.business import business, instructions
from state.context import Context
from state.orchestrator_worker import Plan, PlanInput, PlanUpdate


async def plan(state: PlanInput, runtime: Runtime[Context]) -> PlanUpdate:
    """The model's plan; nothing in it is believed before its gate."""
    data = {
        "message": state["message"],
        "route": state["route"],
        "customer_is_known": state["customer_id"] is not None,
        "workers": {name: worker.about for name, worker in business().workers.items()},
        "most": runtime.context.subtasks,
        "complaint": state.get("complaint"),
    }
    return {"plan": await ask("strong", Plan, instructions(__file__), data)}
