"""Check policy: every part rests on policies that are in force, and on those that it was given."""

import asyncio

from bank.faults import ungrounded
from bank.policy_index import policy_index
from state.support_desk import Faults, Gathered


async def check_policy(state: Gathered) -> Faults:
    """A fault for every part that cites nothing, or what it may not."""
    index = await asyncio.to_thread(policy_index)
    given = state.get("passages")
    allowed = index.in_force() if given is None else {each.policy_id for each in index.passages(given)}
    return {"faults": [fault for part in state["parts"] if (fault := ungrounded(part, allowed))]}
