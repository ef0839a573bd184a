"""Decide the next step: use one of the tools, finish with an answer, or give up."""

from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from baton import ask
from desk.business import citable, instructions, knowledge, policies
from desk.records import Passage, Review
from state.agent import DecideStepInput, DecideStepUpdate, Finish, GiveUp, move_shape
from state.context import Context
from state.desk import Draft, as_draft


async def decide_step(state: DecideStepInput, runtime: Runtime[Context]) -> DecideStepUpdate:
    """Ask a model for its next move and return it with the step count; at the cap a further tool call is not made."""
    desk = await knowledge()
    actions = desk.specialist(state["route"]).actions if state["customer_id"] is not None else ()
    count, cap = state.get("taken", 0) + 1, runtime.context.steps
    data = {"actions": actions, "steps_left": max(cap - count, 0), **await _prompt_data(state)}
    move = await ask("strong", move_shape(actions), instructions(__file__), data, allow=citable(data["policies"]))
    step, update = move.step, DecideStepUpdate(taken=count, why=move.why, call=None)
    if isinstance(step, Finish):
        return {**update, "draft": as_draft(step.draft)}
    if isinstance(step, GiveUp):
        return {**update, "review": Review(verdict="escalate", reason=f"the agent gave up: {step.reason}")}
    if count >= cap:
        return _end_at_cap(update, cap, desk.passages(state.get("passages", [])))
    return {**update, "call": step}


async def _prompt_data(state: DecideStepInput) -> dict[str, Any]:
    """Return the data of the prompt: the message, each call with its result, and each passage found once."""
    return {
        "route": state["route"],
        "customer_known": state["customer_id"] is not None,
        "policies": await policies(state.get("passages", [])),
        "seen": [each.model_dump() for each in state.get("seen", [])],
        "message": state["request"],
    }


def _end_at_cap(update: DecideStepUpdate, cap: int, passages: Sequence[Passage]) -> DecideStepUpdate:
    """Return the update that ends the loop without an answer; the first passage found goes to the person who looks."""
    end: DecideStepUpdate = {
        **update,
        "review": Review(verdict="escalate", reason=f"the cap of {cap} steps (steps) was reached"),
    }
    if passages:
        citations = list(dict.fromkeys(each.policy_id for each in passages))
        end["best"] = Draft(reply=passages[0].text, citations=citations, action=None)
    return end
