"""Draft a reply from the policies, and propose at most one action."""

from baton import ask
from desk.business import citable, draft_context, instructions, knowledge
from state.desk import DraftInput, DraftUpdate, as_draft, draft_shape


async def draft(state: DraftInput) -> DraftUpdate:
    """Ask the route's model for a draft and return it; the model can propose only the specialist's actions."""
    specialist = (await knowledge()).specialist(state["route"])
    prompt = f"{instructions(__file__)}\n{specialist.instructions}"
    data = await draft_context(state, specialist.actions)
    answer = await ask(specialist.model, draft_shape(data["actions"]), prompt, data, allow=citable(data["policies"]))
    return {"draft": as_draft(answer)}
