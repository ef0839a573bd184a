"""The chain with a loop: a reply that is too long is asked for again, a bounded number of times."""

from typing import Any

from benchmarks.by_hand.flow import ended, repaired
from benchmarks.by_hand.model import Model
from benchmarks.by_hand.run import Run
from benchmarks.by_hand.steps import check_answer, classify, extract, normalise, read_message, retrieve, summarise
from benchmarks.new_steps import ROUNDS, TOO_LONG, is_short
from desk.records import OTHER
from nodes.chaining.gate_case import gate_case
from nodes.chaining.gate_facts import gate_facts
from nodes.chaining.gate_reply import gate_reply
from nodes.escalate import escalate
from nodes.reply import reply
from state.desk import Inquiry, Resolution


async def chain(run: Run, inquiry: Inquiry, model: Model) -> Resolution:
    """Return the resolution of an inquiry."""
    state: dict[str, Any] = {**inquiry}
    state |= await run.step(read_message, state)
    state |= await run.step(classify, state)
    if state["route"] == OTHER or not state["sure"]:
        return await ended(run, escalate, state)
    await repaired(run, extract, gate_facts, state, model)
    await repaired(run, normalise, gate_case, state, model)
    state |= await run.step(retrieve, state)
    if not state["passages"]:
        return await ended(run, escalate, state)
    await repaired(run, summarise, gate_reply, state, model)
    for _ in range(ROUNDS):
        if is_short(state["draft"]):
            break
        state["complaint"] = TOO_LONG
        await repaired(run, summarise, gate_reply, state, model)
    state |= await run.step(check_answer, state, model)
    return await ended(run, escalate if state["answer"].fault else reply, state)
