"""Measures runs a second at equal features: with Baton, and with stock LangGraph that has the same added to it.

    python -m benchmarks.equal_features [ROUNDS]

Both sides keep every step durable, retry one failing step a run, time each step, reserve from a budget and settle for
each step, and keep a span of each. A chain of 3 and a fan-out of 5, 1, 10 and 100 runs at once, in one process, in
turn, on new files. Prints the medians of runs a second and the median of the rounds' ratios; exit 1 where one is below
its goal. `benchmarks/stock_peer.py` is the peer.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Annotated, Any
from uuid import uuid4

from langgraph.graph import END, START, StateGraph
from langgraph.types import RetryPolicy
from rich.console import Console
from rich.table import Table
from typing_extensions import TypedDict

from baton import STEP_TIMEOUT, TypedStateGraph, dead_letter, open_resources
from baton.config.settings import settings
from baton.errors import Transient
from baton.models.budget import Usage, reserve
from baton.runtime.active import active_run
from benchmarks.stock_peer import Stock, stock

ROUNDS = 5
RUNS = {1: 40, 10: 150, 100: 300}
"""At once: how many in all."""

GOALS = {1: 2.0, 10: 2.5, 100: 2.5}
TOKENS, USED = 1_000, Usage(300, 80)
AGAIN = RetryPolicy(initial_interval=0.001, max_interval=0.001, jitter=False, max_attempts=3, retry_on=Transient)
SHAPES = {"chain of 3": 3, "fan-out of 5": 6}
Work = Callable[[str], Awaitable[None]]
RunOnce = Callable[[str], Awaitable[Any]]
Figures = tuple[float, float]  # runs a second, CPU ms a run


def concatenate(left: list[str], right: list[str]) -> list[str]:
    """Return both lists as one; the reducer of `parts`."""
    return [*left, *right]


class RunInput(TypedDict):
    """The input of a run and of each step."""

    thread: str


class StepUpdate(TypedDict):
    """The update of a step."""

    parts: Annotated[list[str], concatenate]


class State(RunInput, StepUpdate, total=False):
    """The state of either graph."""


def steps(pay: Work, failures: Counter[str]) -> tuple[Any, Any]:
    """Return a plain step, and one that fails at its first attempt of every run."""

    async def step(state: RunInput) -> StepUpdate:
        await pay(state["thread"])
        return {"parts": ["The refund for a payment by card has not come. " * 4]}

    async def flaky(state: RunInput) -> StepUpdate:
        failures[state["thread"]] += 1
        if failures[state["thread"]] == 1:
            raise Transient("the first time it always fails")
        return await step(state)

    return step, flaky


def build(builder: Any, shape: str, step: Any, flaky: Any) -> Any:
    """Return the builder with the nodes and edges of the shape."""
    if shape == "chain of 3":
        builder.add_node("a", step).add_node("b", flaky).add_node("c", step)
        return builder.add_edge(START, "a").add_edge("a", "b").add_edge("b", "c").add_edge("c", END)
    builder.add_node("join", step)
    for name in ("w0", "w1", "w2", "w3", "w4"):
        builder.add_node(name, flaky if name == "w0" else step).add_edge(START, name)
    return builder.add_edge(["w0", "w1", "w2", "w3", "w4"], "join").add_edge("join", END)


@asynccontextmanager
async def ours(shape: str, folder: Path, failures: Counter[str]) -> AsyncIterator[RunOnce]:
    """Yield a function that makes one run with Baton, which has every feature."""

    async def pay(_thread: str) -> None:
        await (await reserve(active_run(), "strong", "local:desk", TOKENS)).settle(USED)

    builder = TypedStateGraph(State, input_schema=RunInput)
    builder.set_node_defaults(retry_policy=AGAIN, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    os.environ["BATON_HOME"] = str(folder)
    settings.cache_clear()
    async with open_resources() as resources:
        graph = build(builder, shape, *steps(pay, failures)).compile(resources.checkpointer, name="ours")
        yield lambda thread: graph.ainvoke({"thread": thread}, {"configurable": {"thread_id": thread}})


@asynccontextmanager
async def theirs(shape: str, folder: Path, failures: Counter[str]) -> AsyncIterator[RunOnce]:
    """Yield a function that makes one run with stock LangGraph."""
    async with stock(folder) as peer:

        async def pay(thread: str) -> None:
            await peer.budgets.reserve(thread, TOKENS)
            await peer.budgets.settle(thread, TOKENS, USED.input_tokens + USED.output_tokens)

        builder: Any = StateGraph(State).set_node_defaults(retry_policy=AGAIN, timeout=STEP_TIMEOUT)
        graph = build(builder, shape, *steps(pay, failures)).compile(peer.saver)
        yield lambda thread: _stock_run(peer, graph, thread)


async def _stock_run(peer: Stock, graph: Any, thread: str) -> Any:
    await peer.budgets.open_for(thread)
    config = {"configurable": {"thread_id": thread}, "callbacks": [peer.tracer]}
    return await graph.ainvoke({"thread": thread}, config)


SIDES = {"baton": ours, "stock": theirs}


async def measure(side: str, shape: str, at_once: int) -> Figures:
    """Return runs a second and CPU ms a run; the result of every run is checked."""
    failures: Counter[str] = Counter()
    gate = asyncio.Semaphore(at_once)
    with tempfile.TemporaryDirectory() as folder:
        async with SIDES[side](shape, Path(folder), failures) as run_once:

            async def run() -> None:
                async with gate:
                    thread = uuid4().hex
                    state = await run_once(thread)
                    assert (len(state["parts"]), failures[thread]) == (SHAPES[shape], 2), state

            await run()  # its tables, and what is made at the first call
            started, spent = time.perf_counter(), time.process_time()
            await asyncio.gather(*(run() for _ in range(RUNS[at_once])))
            cpu = (time.process_time() - spent) / RUNS[at_once] * 1000
            return RUNS[at_once] / (time.perf_counter() - started), cpu


async def compare(shape: str, at_once: int, rounds: int) -> dict[str, list[Figures]]:
    """Return both sides' figures, round by round; each goes first in every other round."""
    results: dict[str, list[Figures]] = {side: [] for side in SIDES}
    for number in range(rounds):
        for side in sorted(SIDES, reverse=bool(number % 2)):
            results[side].append(await measure(side, shape, at_once))
    return results


async def main(rounds: int) -> bool:
    """Measure, print and return whether all goals are met."""
    columns = ("runs/s", "stock's", "ratio", "goal", "CPU ms/run", "stock's")
    table, met = Table("shape", "at once", *columns), True
    for shape in SHAPES:
        for at_once, goal in GOALS.items():
            results = await compare(shape, at_once, rounds)
            mine, other = results["baton"], results["stock"]
            ratio = median(our[0] / their[0] for our, their in zip(mine, other, strict=True))
            speeds, costs = (
                [f"{median(each[index] for each in figures):.{index}f}" for figures in (mine, other)]
                for index in (0, 1)
            )
            goal_text = f"{goal}{'' if ratio >= goal else ' missed'}"
            table.add_row(shape, str(at_once), *speeds, f"{ratio:.2f}", goal_text, *costs)
            met = met and ratio >= goal
    Console().print(table)
    return met


if __name__ == "__main__":
    sys.exit(int(not asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else ROUNDS))))
