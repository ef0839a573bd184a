"""The patterns' shapes with nodes that only sleep; the rest of a run's time is the machinery's."""

import asyncio
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter

Graph = Any
SECTIONS, VOTERS, WAVE, WAVES, ROUNDS, TURNS = 6, 5, 4, 2, 2, 3
DEFAULTS: dict[str, Any] = {"retry_policy": MODEL_RETRY, "timeout": STEP_TIMEOUT, "error_handler": dead_letter}


class State(TypedDict, total=False):
    """The state of every shape."""

    seconds: float
    round: int
    parts: Annotated[list[int], operator.add]


class StepInput(TypedDict):
    """The input of a run and of a worker: the seconds that a step takes."""

    seconds: float


class LoopInput(TypedDict, total=False):
    """The input of a loop's step."""

    seconds: float
    round: int


class RoundUpdate(TypedDict):
    """The update of a loop's step."""

    round: int


class PartUpdate(TypedDict):
    """The update of a worker."""

    parts: list[int]


async def step(state: StepInput) -> None:
    """Sleep."""
    await asyncio.sleep(state["seconds"])


async def worker(state: StepInput) -> PartUpdate:
    """Sleep beside others."""
    await asyncio.sleep(state["seconds"])
    return {"parts": [1]}


async def turn(state: LoopInput) -> RoundUpdate:
    """Sleep and count the round."""
    await asyncio.sleep(state["seconds"])
    return {"round": state.get("round", 0) + 1}


@dataclass(frozen=True)
class Shape:
    """A shape with the number of steps that must follow one another."""

    graph: Graph
    longest: int


def make_typed() -> Graph:
    """Return a builder of Baton's, with the defaults of every graph here."""
    return TypedStateGraph(State, input_schema=StepInput).set_node_defaults(**DEFAULTS)


def shapes() -> dict[str, Shape]:
    """Return a shape for each pattern, by name."""
    return {
        "chain of 3": Shape(_chain(), 3),
        f"{SECTIONS} sections": Shape(fan(SECTIONS, make_typed), 3),
        f"{VOTERS} voters": Shape(fan(VOTERS, make_typed), 3),
        f"{WAVES} waves of {WAVE}": Shape(_waves(), 2 * WAVES + 1),
        f"{ROUNDS} drafts scored": Shape(_loop("draft", "score", ROUNDS), 2 * ROUNDS),
        f"{TURNS} tool calls": Shape(_loop("think", "look_up", TURNS), 2 * TURNS),
    }


def make_bare() -> Graph:
    """Return a builder of LangGraph's own."""
    return StateGraph(State)


def fan(width: int, make: Callable[[], Graph]) -> Graph:
    """Split, work all parts at once, join."""

    def split_up(state: StepInput) -> list[Send]:
        return [Send("worker", {"seconds": state["seconds"]}) for _ in range(width)]

    builder = make().add_node("split", step).add_node("worker", worker).add_node("join", step, defer=True)
    builder.add_edge(START, "split").add_conditional_edges("split", split_up, ["worker"])
    return builder.add_edge("worker", "join").add_edge("join", END)


def _chain() -> Graph:
    builder = make_typed().add_node("a", step).add_node("b", step).add_node("c", step)
    return builder.add_edge(START, "a").add_edge("a", "b").add_edge("b", "c").add_edge("c", END)


def _waves() -> Graph:
    """Plan a wave of sub-tasks, work it, and again; then put the findings together."""

    def next_wave(state: LoopInput) -> list[Send]:
        step_input = StepInput(seconds=state["seconds"])
        return [Send("worker", step_input)] * WAVE if state.get("round", 0) <= WAVES else [Send("join", step_input)]

    builder = make_typed().add_node("plan", _plan).add_node("worker", worker).add_node("join", step)
    builder.add_edge(START, "plan").add_conditional_edges("plan", next_wave, ["worker", "join"])
    return builder.add_edge("worker", "plan").add_edge("join", END)


async def _plan(state: LoopInput) -> RoundUpdate:
    """Plan a wave; after the last one there is none to plan."""
    number = state.get("round", 0) + 1
    if number <= WAVES:
        await asyncio.sleep(state["seconds"])
    return {"round": number}


def _loop(first: str, second: str, rounds: int) -> Graph:
    def again(state: LoopInput) -> Literal["first", "__end__"]:
        return "first" if state.get("round", 0) < rounds else "__end__"

    builder = make_typed().add_node(first, step).add_node(second, turn)
    builder.add_edge(START, first).add_edge(first, second)
    return builder.add_conditional_edges(second, again, {"first": first, "__end__": END})
