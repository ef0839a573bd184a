"""Revise a draft: mend what it was marked down for."""

import asyncio

from bank.criteria import criteria
from bank.papers import papers
from bank.specialists import specialist
from baton import ask, prompt
from state.desk import draft_shape, plain
from state.evaluator_optimizer import Revised, Revising


async def revise(state: Revising) -> Revised:
    """A new draft by the same specialist, who sees the old one, its unmet criteria and the whole policies."""
    chosen, known = await asyncio.to_thread(specialist, state["route"]), criteria()
    unmet = [{**known[mark.number].model_dump(), "reason": mark.reason} for mark in state["unmet"]]
    data = {**await papers(state, whole=True), "draft": state["draft"].model_dump(mode="json"), "unmet": unmet}
    said = await ask(chosen.model, draft_shape(chosen.actions), f"{prompt(__file__)}\n{chosen.instructions}", data)
    return {"draft": plain(said), "revised": state.get("revised", 0) + 1}
