"""The patterns' shapes with nodes that only sleep: what is left of a run's time is the machinery's."""

import asyncio
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, park

Graph = Any
SECTIONS, VOTERS, WAVE, WAVES, ROUNDS, TURNS = 6, 5, 4, 2, 2, 3
DEFAULTS: dict[str, Any] = {"retry_policy": MODEL_RETRY, "timeout": STEP_TIMEOUT, "error_handler": park}


class State(TypedDict, total=False):
    """What every shape keeps."""

    seconds: float
    round: int
    parts: Annotated[list[int], operator.add]


class Given(TypedDict):
    """What a run, and a worker, is given: how long a step takes."""

    seconds: float


class Counted(TypedDict, total=False):
    """What a loop's step reads."""

    seconds: float
    round: int


class Round(TypedDict):
    """What a loop's step writes."""

    round: int


class Part(TypedDict):
    """What a worker adds."""

    parts: list[int]


async def step(state: Given) -> None:
    """Take the time."""
    await asyncio.sleep(state["seconds"])


async def worker(state: Given) -> Part:
    """Take the time beside others."""
    await asyncio.sleep(state["seconds"])
    return {"parts": [1]}


async def turn(state: Counted) -> Round:
    """Take the time and count the round."""
    await asyncio.sleep(state["seconds"])
    return {"round": state.get("round", 0) + 1}


@dataclass(frozen=True)
class Shape:
    """A shape with the number of steps that must follow one another."""

    graph: Graph
    longest: int


def typed() -> Graph:
    """A builder on the plumbing, with the defaults of every graph here."""
    return TypedStateGraph(State, input_schema=Given).set_node_defaults(**DEFAULTS)


def shapes() -> dict[str, Shape]:
    """One for each pattern."""
    return {
        "chain of 3": Shape(_chain(), 3),
        f"{SECTIONS} sections": Shape(fan(SECTIONS, typed), 3),
        f"{VOTERS} voters": Shape(fan(VOTERS, typed), 3),
        f"{WAVES} waves of {WAVE}": Shape(_waves(), 2 * WAVES + 1),
        f"{ROUNDS} drafts scored": Shape(_loop("draft", "score", ROUNDS), 2 * ROUNDS),
        f"{TURNS} tool calls": Shape(_loop("think", "look_up", TURNS), 2 * TURNS),
    }


def bare() -> Graph:
    """A builder of LangGraph's own."""
    return StateGraph(State)


def fan(width: int, make: Callable[[], Graph]) -> Graph:
    """Split, work all parts at once, join."""

    def split_up(state: Given) -> list[Send]:
        return [Send("worker", {"seconds": state["seconds"]}) for _ in range(width)]

    builder = make().add_node("split", step).add_node("worker", worker).add_node("join", step, defer=True)
    builder.add_edge(START, "split").add_conditional_edges("split", split_up, ["worker"])
    return builder.add_edge("worker", "join").add_edge("join", END)


def _chain() -> Graph:
    builder = typed().add_node("a", step).add_node("b", step).add_node("c", step)
    return builder.add_edge(START, "a").add_edge("a", "b").add_edge("b", "c").add_edge("c", END)


def _waves() -> Graph:
    """Plan a wave of sub-tasks, work it, and again; then put the findings together."""

    def next_wave(state: Counted) -> list[Send]:
        given = Given(seconds=state["seconds"])
        return [Send("worker", given)] * WAVE if state.get("round", 0) <= WAVES else [Send("join", given)]

    builder = typed().add_node("plan", _planned).add_node("worker", worker).add_node("join", step)
    builder.add_edge(START, "plan").add_conditional_edges("plan", next_wave, ["worker", "join"])
    return builder.add_edge("worker", "plan").add_edge("join", END)


async def _planned(state: Counted) -> Round:
    """Plan; nothing is left to plan after the last wave."""
    made = state.get("round", 0) + 1
    if made <= WAVES:
        await asyncio.sleep(state["seconds"])
    return {"round": made}


def _loop(first: str, second: str, rounds: int) -> Graph:
    def again(state: Counted) -> Literal["first", "__end__"]:
        return "first" if state.get("round", 0) < rounds else "__end__"

    builder = typed().add_node(first, step).add_node(second, turn)
    builder.add_edge(START, first).add_edge(first, second)
    return builder.add_conditional_edges(second, again, {"first": first, "__end__": END})
