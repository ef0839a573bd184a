"""Check a draft before anyone sees it: code, not a model, decides what may go on."""

import asyncio
from typing import NotRequired

from bank.clerk_view import values_of
from bank.faults import indiscreet, invented, ungrounded
from bank.permission import permission
from bank.policy_index import policy_index
from state.agent import Seen
from state.desk import Drafted
from state.reviews import Review, Reviewing


class Checkable(Drafted):
    """A draft, and what its writer was shown besides the policies."""

    seen: NotRequired[list[Seen]]


async def check(state: Checkable) -> Reviewing:
    """How to go on with the draft, and why."""
    if fault := await _fault(state):
        return {"review": Review(verdict="escalate", reason=fault)}
    return {"review": await permission(state["draft"], state["message"], state["customer_id"])}


async def _fault(state: Checkable) -> str | None:
    """What makes the reply unfit to send; None when nothing does."""
    drafted, index = state["draft"], await asyncio.to_thread(policy_index)
    passages = index.passages(state["passages"])
    cited = (each.text for each in passages if each.policy_id in drafted.citations)
    grounds = " ".join([state["message"], *cited, *values_of(state.get("seen", []))])
    return (
        ungrounded(drafted, {passage.policy_id for passage in passages})
        or await indiscreet(drafted, state["customer_id"], state["message"])
        or invented(drafted, grounds)
    )
