"""Act: have the business do what was proposed and, where that was needed, approved. Once, whatever happens."""

from typing import Any

from baton import effect
from desk.business import Refused, business
from desk.records import Review, arguments
from state.desk import ActionTaken
from state.support_desk import ActInput, ActUpdate


async def act(state: ActInput) -> ActUpdate:
    """The receipt of the business, or its refusal where a rule has come to forbid the action since it was checked."""
    action, customer_id = state["draft"].action, state["customer_id"]
    if action is None or customer_id is None:
        raise ValueError("there is no action to do")
    args, service = arguments(action), business().service

    async def execute(key: str) -> dict[str, Any]:
        return (await service.perform(customer_id, action, key=key)).model_dump()

    try:
        receipt = await effect(
            action.name, {"customer_id": customer_id, **args}, execute, occurrence=str(state["position"])
        )
    except Refused as refused:
        taken = ActionTaken(name=action.name, args=args, status="refused", receipt=None)
        return {"actions": [taken], "review": Review(verdict="decline", reason=refused.message)}
    taken = ActionTaken(name=action.name, args=args, status="done", receipt=receipt["receipt_id"])
    return {"actions": [taken], "review": state["review"]}
