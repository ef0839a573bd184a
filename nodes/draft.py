"""Draft a reply from the policies, and propose at most one action."""

import asyncio

from bank.papers import papers
from bank.specialists import specialist
from baton import ask, prompt
from state.desk import Drafting, Informed, draft_shape, plain


async def draft(state: Informed) -> Drafting:
    """A reply that cites its policies; an action only where we know who asks, and only one of the specialist's."""
    chosen = await asyncio.to_thread(specialist, state["route"])
    instructions = f"{prompt(__file__)}\n{chosen.instructions}"
    said = await ask(chosen.model, draft_shape(chosen.actions), instructions, await papers(state))
    return {"draft": plain(said)}
