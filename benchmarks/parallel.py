"""Measures whether parallel steps take no longer than their longest path: wall time against the critical path.

    python -m benchmarks.parallel

1. The patterns' shapes with steps of 500 ms against the sum of the longest path: without a saver, and queued and worked
   as durable runs, which add a few commits a step: with a slow or busy disk these miss first.
2. 20 branches that ask a model of 500 ms on loopback, against a hand-written gather through the same client.
3. 200 branches of 50 ms, without a saver, against bare LangGraph.

All take turns, ratios are medians over the turns. Exit 1 where one exceeds its goal.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langgraph.graph import END, START
from langgraph.types import Send
from rich.console import Console
from rich.table import Table

from baton import Job, Record, Runner, TypedStateGraph, ask, open_resources
from baton.models.data_blocks import data_block
from baton.models.dialects import response_format
from baton.models.models import models
from baton.runtime.resources import Resources
from benchmarks.pattern_shapes import DEFAULTS, StepInput, fan, make_bare, make_typed, shapes
from benchmarks.slow_model import slow_model

STEP_S, TURNS = 0.5, 3
ASKS, ASK_TURNS = 20, 11
MANY, MANY_S, MANY_TURNS = 200, 0.05, 15
GOALS = {"longest path": 1.015, "gather": 1.03, "bare LangGraph": 1.15}
INSTRUCTIONS = "You answer a customer of a bank. " * 20
Timed = Callable[[], Awaitable[float]]
Row = tuple[str, str, float, float]  # what, against what, seconds, median ratio


class Note(Record):
    """The record that the model is asked for."""

    text: str


async def main() -> list[Row]:
    """Return the rows of all three."""
    async with open_resources() as resources:
        return [*await measure_longest_paths(resources), await measure_asking(resources), await measure_sleeping()]


async def measure_longest_paths(resources: Resources) -> list[Row]:
    """Time every shape without a saver and as durable runs, in turn; they differ by the time of the disk."""
    compiled = {name: (shape.graph.compile(name="shape"), shape.longest) for name, shape in shapes().items()}
    runner = Runner(resources, lambda name: compiled[name][0])
    ways: dict[str, Callable[[str, float], Awaitable[object]]] = {
        "": lambda name, seconds: compiled[name][0].ainvoke({"seconds": seconds}),
        ", durable": lambda name, seconds: _run_durably(runner, name, seconds),
    }
    times_by_shape: dict[tuple[str, str], list[float]] = {(name, way): [] for name in compiled for way in ways}
    for seconds in [0.0, *[STEP_S] * TURNS]:  # the first turn warms up
        for (name, way), times in times_by_shape.items():
            started = time.perf_counter()
            await ways[way](name, seconds)
            if seconds:
                times.append(time.perf_counter() - started)
    return [
        (name + way, "longest path", median(times), median(times) / (compiled[name][1] * STEP_S))
        for (name, way), times in times_by_shape.items()
    ]


async def measure_asking(resources: Resources) -> Row:
    """Time branches that call `ask`, against the same requests through the same client without Baton."""
    graph = ask_graph().compile(name="asking", checkpointer=None)
    model = await (await resources.resource(models)).of("strong")
    messages: list[BaseMessage] = [SystemMessage(INSTRUCTIONS), HumanMessage(data_block({"message": "Hello"}))]
    cap = resources.settings.max_completion_tokens
    body = {"response_format": response_format(Note, "strict", bounds=True), "max_completion_tokens": cap}

    async def ask_by_hand() -> Note:
        answer = await model.ainvoke(messages, extra_body=body)
        return Note.model_validate_json(answer.text)

    return await compare(
        f"{ASKS} branches ask",
        "gather",
        lambda: _seconds(lambda: graph.ainvoke({"seconds": 0.0})),
        lambda: _seconds(lambda: asyncio.gather(*(ask_by_hand() for _ in range(ASKS)))),
        ASK_TURNS,
    )


def ask_graph() -> Any:
    """Return the builder of a fan-out whose branches call `ask`."""

    def split_up(state: StepInput) -> list[Send]:
        return [Send("asker", state) for _ in range(ASKS)]

    builder: Any = (
        TypedStateGraph(StepInput, input_schema=StepInput).set_node_defaults(**DEFAULTS).add_node("asker", asker)
    )
    return builder.add_conditional_edges(START, split_up, ["asker"]).add_edge("asker", END)


async def asker(state: StepInput) -> None:
    """Make the model call of one branch."""
    await ask("strong", Note, INSTRUCTIONS, {"message": "Hello"})


async def measure_sleeping() -> Row:
    """Time a wide fan-out with Baton and without."""
    ours, theirs = (fan(MANY, make).compile(name="wide") for make in (make_typed, make_bare))
    run_input = {"seconds": MANY_S}
    return await compare(
        f"{MANY} branches of {MANY_S * 1000:.0f} ms",
        "bare LangGraph",
        lambda: _seconds(lambda: ours.ainvoke(run_input)),
        lambda: _seconds(lambda: theirs.ainvoke(run_input)),
        MANY_TURNS,
    )


async def compare(label: str, against: str, ours: Timed, theirs: Timed, turns: int) -> Row:
    """Return our median seconds and the median of the turns' ratios; each side goes first in every other turn."""
    pairs: list[tuple[float, float]] = []
    for turn in range(turns + 1):
        if turn % 2:
            our_s, other = await ours(), await theirs()
        else:
            other, our_s = await theirs(), await ours()
        pairs += [(our_s, other)] if turn else []
    return label, against, median(our_s for our_s, _ in pairs), median(our_s / other for our_s, other in pairs)


async def _run_durably(runner: Runner, name: str, seconds: float) -> None:
    [thread] = await runner.queue(name, [Job({"seconds": seconds})])
    summary = await runner.resume(thread)
    assert summary["status"] == "done", summary


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


def show(rows: list[Row]) -> bool:
    """Print the rows and return whether all goals are met."""
    table = Table("what", "wall, ms", "against", "ratio", "goal")
    for label, against, seconds, ratio in rows:
        late = " missed" if ratio > GOALS[against] else ""
        table.add_row(label, f"{seconds * 1000:,.0f}", against, f"{ratio:.3f}", f"{GOALS[against]}{late}")
    Console().print(table)
    return all(ratio <= GOALS[against] for _, against, _, ratio in rows)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, slow_model(STEP_S, '{"text": "noted"}') as url:
        settings = {"BATON_HOME": folder, "BATON_MODEL_STRONG": "openai:slow", "BATON_BUDGET_TOKENS": "100000000"}
        os.environ.update(settings | {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none"})
        sys.exit(int(not show(asyncio.run(main()))))
