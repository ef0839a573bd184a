"""Act: have the business perform an action that is allowed or approved, exactly once."""

from typing import Any

from baton import effect
from desk.business import Refused, business
from desk.records import Review, arguments
from state.desk import ActionTaken
from state.support_desk import ActInput, ActUpdate


async def act(state: ActInput) -> ActUpdate:
    """Perform the action and return it with its receipt; refused where a rule forbids it by now.

    Raises:
        ValueError: the draft has no action, or the customer is not known.
    """
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
        result = ActionTaken(name=action.name, args=args, status="refused", receipt=None)
        return {"actions": [result], "review": Review(verdict="decline", reason=refused.message)}
    result = ActionTaken(name=action.name, args=args, status="done", receipt=receipt["receipt_id"])
    return {"actions": [result], "review": state["review"]}
