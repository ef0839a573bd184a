"""Triage: find out whether a routed message needs the long path, and which."""

import asyncio

from bank.triage import next_step
from state.desk import Routed
from state.support_desk import Triage


async def triage(state: Routed) -> Triage:
    """The step that the message goes on to."""
    known = state["customer_id"] is not None
    return {"path": await asyncio.to_thread(next_step, state["message"], state["route"], known=known)}
