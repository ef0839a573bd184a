"""What runs at once takes no longer than its longest path: wall time against the critical path.

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

from baton import Job, Record, Runner, TypedStateGraph, ask, opened
from baton.models import asking
from baton.models.models import models
from baton.runtime.plumbing import Plumbing
from benchmarks.pattern_shapes import DEFAULTS, Given, bare, fan, shapes, typed
from benchmarks.slow_model import slow_model

STEP_S, TURNS = 0.5, 3
ASKING, ASKING_TURNS = 20, 11
MANY, MANY_S, MANY_TURNS = 200, 0.05, 15
GOALS = {"longest path": 1.015, "gather": 1.03, "bare LangGraph": 1.15}
INSTRUCTIONS = "You answer a customer of a bank. " * 20
Timed = Callable[[], Awaitable[float]]
Found = tuple[str, str, float, float]  # what, against what, seconds, median ratio


class Note(Record):
    """What the model is asked for."""

    text: str


async def main() -> list[Found]:
    """All three, with the plumbing open."""
    async with opened() as plumbing:
        return [*await longest_paths(plumbing), await many_asking(plumbing), await many_sleeping()]


async def longest_paths(plumbing: Plumbing) -> list[Found]:
    """Every shape without a saver and as durable runs, in turn: what they differ by is the disk's."""
    known = {name: (shape.graph.compile(name="shape"), shape.longest) for name, shape in shapes().items()}
    runner = Runner(plumbing, lambda name: known[name][0])
    ways: dict[str, Callable[[str, float], Awaitable[object]]] = {
        "": lambda name, seconds: known[name][0].ainvoke({"seconds": seconds}),
        ", durable": lambda name, seconds: _worked(runner, name, seconds),
    }
    found: dict[tuple[str, str], list[float]] = {(name, way): [] for name in known for way in ways}
    for seconds in [0.0, *[STEP_S] * TURNS]:  # the first turn warms up
        for (name, way), taken in found.items():
            started = time.perf_counter()
            await ways[way](name, seconds)
            if seconds:
                taken.append(time.perf_counter() - started)
    return [
        (name + way, "longest path", median(taken), median(taken) / (known[name][1] * STEP_S))
        for (name, way), taken in found.items()
    ]


async def many_asking(plumbing: Plumbing) -> Found:
    """Branches through `ask`, and the same requests through the same client without us."""
    graph = asking_graph().compile(name="asking", checkpointer=None)
    model = await (await plumbing.resource(models)).of("strong")
    messages: list[BaseMessage] = [SystemMessage(INSTRUCTIONS), HumanMessage(asking.fenced({"message": "Hello"}))]
    wanted = asking._response_format(Note)  # noqa: SLF001 - the same request, to the byte
    cap = plumbing.settings.max_completion_tokens

    async def by_hand() -> Note:
        answer = await model.ainvoke(messages, max_completion_tokens=cap, extra_body={"response_format": wanted})
        return Note.model_validate_json(answer.text)

    return await compared(
        f"{ASKING} branches ask",
        "gather",
        lambda: _seconds(lambda: graph.ainvoke({"seconds": 0.0})),
        lambda: _seconds(lambda: asyncio.gather(*(by_hand() for _ in range(ASKING)))),
        ASKING_TURNS,
    )


def asking_graph() -> Any:
    """A fan-out whose branches ask."""

    def split_up(state: Given) -> list[Send]:
        return [Send("asker", state) for _ in range(ASKING)]

    builder: Any = TypedStateGraph(Given, input_schema=Given).set_node_defaults(**DEFAULTS).add_node("asker", asker)
    return builder.add_conditional_edges(START, split_up, ["asker"]).add_edge("asker", END)


async def asker(state: Given) -> None:
    """One branch."""
    await ask("strong", Note, INSTRUCTIONS, {"message": "Hello"})


async def many_sleeping() -> Found:
    """A wide fan-out on the plumbing and without it."""
    ours, theirs = (fan(MANY, make).compile(name="wide") for make in (typed, bare))
    given = {"seconds": MANY_S}
    return await compared(
        f"{MANY} branches of {MANY_S * 1000:.0f} ms",
        "bare LangGraph",
        lambda: _seconds(lambda: ours.ainvoke(given)),
        lambda: _seconds(lambda: theirs.ainvoke(given)),
        MANY_TURNS,
    )


async def compared(what: str, against: str, ours: Timed, theirs: Timed, turns: int) -> Found:
    """Seconds of ours, and the median of the turns' ratios; each goes first in every other turn."""
    pairs: list[tuple[float, float]] = []
    for turn in range(turns + 1):
        if turn % 2:
            mine, other = await ours(), await theirs()
        else:
            other, mine = await theirs(), await ours()
        pairs += [(mine, other)] if turn else []
    return what, against, median(mine for mine, _ in pairs), median(mine / other for mine, other in pairs)


async def _worked(runner: Runner, name: str, seconds: float) -> None:
    [thread] = await runner.queue(name, [Job({"seconds": seconds})])
    ended = await runner.resume(thread)
    assert ended["status"] == "done", ended


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


def show(found: list[Found]) -> bool:
    """Print the rows; whether all goals are met."""
    table = Table("what", "wall, ms", "against", "ratio", "goal")
    for what, against, seconds, ratio in found:
        late = " missed" if ratio > GOALS[against] else ""
        table.add_row(what, f"{seconds * 1000:,.0f}", against, f"{ratio:.3f}", f"{GOALS[against]}{late}")
    Console().print(table)
    return all(ratio <= GOALS[against] for _, against, _, ratio in found)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, slow_model(STEP_S, '{"text": "noted"}') as url:
        settings = {"BATON_HOME": folder, "BATON_MODEL_STRONG": "openai:slow", "BATON_BUDGET_TOKENS": "100000000"}
        os.environ.update(settings | {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none"})
        sys.exit(int(not show(asyncio.run(main()))))
