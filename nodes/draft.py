"""Draft a reply from the policies, and propose at most one action."""

from baton import ask
from desk.business import draft_context, instructions, knowledge
from state.desk import DraftInput, DraftUpdate, draft_shape, plain


async def draft(state: DraftInput) -> DraftUpdate:
    """A reply that cites its policies; an action only where we know who asks, and only one of the specialist's."""
    specialist = (await knowledge()).specialist(state["route"])
    prompt = f"{instructions(__file__)}\n{specialist.instructions}"
    said = await ask(specialist.model, draft_shape(specialist.actions), prompt, await draft_context(state))
    return {"draft": plain(said)}
