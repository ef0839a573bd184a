"""Act: have the bank do what was proposed and, where that was needed, approved. Once, whatever happens."""

from typing import Any

from bank.desk import the_bank
from bank.protocol import Refused
from baton import effect
from state.actions import arguments
from state.desk import ActionTaken
from state.reviews import Review
from state.support_desk import Acting, Checked


async def act(state: Checked) -> Acting:
    """The bank's receipt, or its refusal where a rule has come to forbid the action since it was checked."""
    action, customer_id = state["draft"].action, state["customer_id"]
    if action is None or customer_id is None:
        raise ValueError("there is no action to do")
    args, bank = arguments(action), await the_bank()

    async def execute(key: str) -> dict[str, Any]:
        return (await bank.perform(customer_id, action, key=key)).model_dump()

    try:
        receipt = await effect(
            action.name, {"customer_id": customer_id, **args}, execute, occurrence=str(state["position"])
        )
    except Refused as refused:
        taken = ActionTaken(name=action.name, args=args, status="refused", receipt=None)
        return {"actions": [taken], "review": Review(verdict="decline", reason=refused.message)}
    taken = ActionTaken(name=action.name, args=args, status="done", receipt=receipt["receipt_id"])
    return {"actions": [taken], "review": state["review"]}
