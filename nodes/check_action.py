"""Check an action before anyone carries it out: whether the bank may do it, and whether a person must agree."""

from bank.permission import permission
from state.reviews import Reviewing
from state.support_desk import Settling


async def check_action(state: Settling) -> Reviewing:
    """How to go on with the action, and why."""
    return {"review": await permission(state["draft"], state["message"], state["customer_id"])}
