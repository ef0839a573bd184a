"""Decide the next step: use one of the tools, finish with an answer, or give up."""

from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from baton import ask
from desk.business import instructions, knowledge, policies
from desk.records import Passage, Review
from state.agent import DecideStepInput, DecideStepUpdate, Finish, GiveUp, move_shape
from state.context import Context
from state.desk import Draft, plain


async def decide_step(state: DecideStepInput, runtime: Runtime[Context]) -> DecideStepUpdate:
    """The model's move, counted; at the cap only a finish or giving up is followed."""
    known = await knowledge()
    allowed = known.specialist(state["route"]).actions
    taken, cap = state.get("taken", 0) + 1, runtime.context.steps
    data = {**await _shown(state), "actions": allowed, "steps_left": max(cap - taken, 0)}
    move = await ask("strong", move_shape(allowed), instructions(__file__), data)
    step, decided = move.step, DecideStepUpdate(taken=taken, why=move.why, call=None)
    if isinstance(step, Finish):
        return {**decided, "draft": plain(step.draft)}
    if isinstance(step, GiveUp):
        return {**decided, "review": Review(verdict="escalate", reason=f"the agent gave up: {step.reason}")}
    if taken >= cap:
        return _capped(decided, cap, known.passages(state.get("passages", [])))
    return {**decided, "call": step}


async def _shown(state: DecideStepInput) -> dict[str, Any]:
    """What the model is shown: the message, each call with its result, and the passages found, each once."""
    return {
        "message": state["message"],
        "route": state["route"],
        "customer_known": state["customer_id"] is not None,
        "seen": [each.model_dump() for each in state.get("seen", [])],
        "policies": await policies(state.get("passages", [])),
    }


def _capped(decided: DecideStepUpdate, cap: int, found: Sequence[Passage]) -> DecideStepUpdate:
    """The end of the loop without an answer; what was found is kept for the person who looks."""
    ended: DecideStepUpdate = {
        **decided,
        "review": Review(verdict="escalate", reason=f"the cap of {cap} steps (steps) was reached"),
    }
    if found:
        citations = list(dict.fromkeys(each.policy_id for each in found))
        ended["best"] = Draft(reply=found[0].text, citations=citations, action=None)
    return ended
