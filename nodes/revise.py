"""Revise a draft: mend what it was marked down for."""

from baton import ask
from desk.business import business, draft_context, instructions, knowledge
from state.desk import draft_shape, plain
from state.evaluator_optimizer import ReviseInput, ReviseUpdate


async def revise(state: ReviseInput) -> ReviseUpdate:
    """A new draft by the same specialist, who sees the old one, its unmet criteria and the whole policies."""
    specialist = (await knowledge()).specialist(state["route"])
    criteria = {each.number: each for each in business().criteria}
    unmet = [{**criteria[mark.number].model_dump(), "reason": mark.reason} for mark in state["unmet"]]
    context = await draft_context(state, whole=True)
    data = {**context, "draft": state["draft"].model_dump(mode="json"), "unmet": unmet}
    prompt = f"{instructions(__file__)}\n{specialist.instructions}"
    said = await ask(specialist.model, draft_shape(specialist.actions), prompt, data)
    return {"draft": plain(said), "revised": state.get("revised", 0) + 1}
