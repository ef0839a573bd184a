"""Revise a draft: mend the criteria that it does not meet."""

from baton import ask
from desk.business import business, citable, draft_context, instructions, knowledge
from state.desk import as_draft, draft_shape
from state.evaluator_optimizer import ReviseInput, ReviseUpdate


async def revise(state: ReviseInput) -> ReviseUpdate:
    """Ask the route's model for a new draft and return it; the model sees the old one and its unmet criteria."""
    specialist = (await knowledge()).specialist(state["route"])
    criteria = {each.number: each for each in business().criteria}
    unmet = [{**criteria[mark.number].model_dump(), "reason": mark.reason} for mark in state["unmet"]]
    context = await draft_context(state, specialist.actions)
    data = {**context, "draft": state["draft"].model_dump(mode="json"), "unmet": unmet}
    prompt = f"{instructions(__file__)}\n{specialist.instructions}"
    answer = await ask(specialist.model, draft_shape(data["actions"]), prompt, data, allow=citable(data["policies"]))
    return {"draft": as_draft(answer), "revised": state.get("revised", 0) + 1}
