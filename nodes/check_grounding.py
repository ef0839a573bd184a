"""Check grounding: what a part says stands in its policies or in the message, and what it says done is proposed."""

import asyncio

from bank.clerk_view import values_of
from bank.faults import invented
from bank.policy_index import policy_index
from state.support_desk import Faults, Gathered


async def check_grounding(state: Gathered) -> Faults:
    """A fault for every amount that nobody named, and for every claim that nothing is proposed for."""
    index = await asyncio.to_thread(policy_index)
    findings = state.get("findings", [])
    seen = [*(each.summary for each in findings), *values_of(findings)]
    grounds = [" ".join([state["message"], *seen, index.texts_of(part.citations)]) for part in state["parts"]]
    return {"faults": [fault for pair in zip(state["parts"], grounds, strict=True) if (fault := invented(*pair))]}
