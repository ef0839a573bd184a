"""The chain: the same steps as `graphs/chaining.py`, in the order of the lines; then its case is filed, once."""

from collections.abc import Awaitable, Callable
from typing import Any

from baton.steps.gates import GateReport
from benchmarks.by_hand.model import Model
from benchmarks.by_hand.run import Run
from benchmarks.by_hand.steps import (
    check_answer,
    classify,
    extract,
    file_case,
    normalise,
    read_message,
    retrieve,
    summarise,
)
from desk.records import OTHER
from nodes.chaining.gate_case import gate_case
from nodes.chaining.gate_facts import gate_facts
from nodes.chaining.gate_reply import gate_reply
from nodes.escalate import escalate
from nodes.reply import reply
from state.desk import Inquiry, Resolution

Gate = Callable[[Any], Awaitable[GateReport]]


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
    state |= await run.step(check_answer, state, model)
    return await ended(run, escalate if state["answer"].fault else reply, state)


async def ended(run: Run, step: Any, state: dict[str, Any]) -> Resolution:
    """Return what the last step writes, with why a person should look first, if so."""
    return {**await run.step(step, state), "urgent": state["urgent"]}


async def filed_chain(run: Run, inquiry: Inquiry, model: Model) -> Resolution:
    """Return the resolution of an inquiry, whose case is filed once."""
    resolution = await chain(run, inquiry, model)
    await run.step(file_case, resolution, run)
    return resolution


async def repaired(run: Run, link: Any, gate: Gate, state: dict[str, Any], model: Model) -> None:
    """Add to the state what a link wrote and its gate let through; the gate sends it back once, then it fails."""
    while True:
        state |= await run.step(link, state, model)
        state |= await run.step(gate, state)
        if state["complaint"] is None:
            return
