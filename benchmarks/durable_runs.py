"""Measures what a durable run costs on our checkpointer, against LangGraph's own on SQLite.

    python -m benchmarks.durable_runs [ROUNDS]

A run is three nodes that only pass a small dict on, so that what is measured is the checkpointing. Both savers work the
same graph in one process, in turn, each on a new file, 1, 10 and 100 runs at once. Prints the medians of runs a second
and of CPU seconds a run, and the median over the rounds of our ratio to theirs: above 1 is faster, below 1 is cheaper.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any, Literal

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from rich.console import Console
from rich.table import Table
from typing_extensions import TypedDict

from baton.storage.database import Database
from baton.storage.signer import Signer
from baton.storage.sqlite_checkpointer import SqliteCheckpointer

ROUNDS = 7
RUNS = {1: 60, 10: 200, 100: 400}
"""At once: how many in all."""

Durability = Literal["sync", "async"]
Saver = BaseCheckpointSaver[Any]
Figures = tuple[float, float]  # runs a second, CPU seconds a run


class State(TypedDict, total=False):
    message: str
    facts: dict[str, str]
    rounds: int


async def extract(state: State) -> State:
    return {"facts": {"amount": "12.50", "payee": "Ann", "text": state["message"]}}


async def judge(state: State) -> State:
    return {"rounds": len(state["facts"])}


async def answer(state: State) -> State:
    return {"message": f"{state['rounds']} facts"}


builder = StateGraph(State)
builder.add_sequence([extract, judge, answer])
builder.add_edge(START, "extract").add_edge("answer", END)


@asynccontextmanager
async def ours(path: Path) -> AsyncIterator[Saver]:
    """Open our checkpointer, at `synchronous=FULL` as in a run."""
    database = await Database.open(path)
    try:
        yield SqliteCheckpointer(database, Signer(b"k" * 32))
    finally:
        await database.close()


@asynccontextmanager
async def stock(path: Path) -> AsyncIterator[Saver]:
    """Open LangGraph's checkpointer with its own defaults."""
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        yield saver


Opener = Callable[[Path], AbstractAsyncContextManager[Saver]]
OURS = "baton, sync"
SIDES: dict[str, tuple[Opener, Durability]] = {
    OURS: (ours, "sync"),
    "langgraph, async (its default)": (stock, "async"),
    "langgraph, sync": (stock, "sync"),
}


async def measure(side: str, at_once: int, folder: Path) -> Figures:
    """Work the runs of one side on a new file and return its figures."""
    opener, durability = SIDES[side]
    async with opener(folder / f"{time.monotonic_ns()}.db") as saver:
        graph = builder.compile(checkpointer=saver)

        async def run(number: int) -> None:
            async with gate:
                config: Any = {"configurable": {"thread_id": f"t{number}"}}
                await graph.ainvoke({"message": "a refund, please"}, config, durability=durability)

        gate = asyncio.Semaphore(at_once)
        await run(-1)  # its tables, and what is made at the first call
        started, spent = time.perf_counter(), time.process_time()
        await asyncio.gather(*(run(number) for number in range(RUNS[at_once])))
        return RUNS[at_once] / (time.perf_counter() - started), (time.process_time() - spent) / RUNS[at_once]


async def compare(at_once: int, rounds: int, folder: Path) -> dict[str, list[Figures]]:
    """Return the figures of every side, round by round, each round in another order."""
    results: dict[str, list[Figures]] = {side: [] for side in SIDES}
    names = list(SIDES)
    for number in range(rounds):
        turn = number % len(names)
        for side in names[turn:] + names[:turn]:
            results[side].append(await measure(side, at_once, folder))
    return results


def show(at_once: int, results: dict[str, list[Figures]], table: Table) -> None:
    """Add a row for each side to the table."""
    for side, figures in results.items():
        pairs = list(zip(results[OURS], figures, strict=True))
        faster = median(mine[0] / theirs[0] for mine, theirs in pairs)
        cheaper = median(mine[1] / theirs[1] for mine, theirs in pairs)
        speed, cpu = (median(each[index] for each in figures) for index in (0, 1))
        ratios = ("", "") if side == OURS else (f"{faster:.2f}", f"{cheaper:.2f}")
        table.add_row(str(at_once), side, f"{speed:.0f}", f"{cpu * 1000:.2f}", *ratios)


async def main(rounds: int) -> None:
    """Measure and print."""
    table = Table("at once", "checkpointer, durability", "runs/s", "CPU ms/run", "ours faster", "ours' CPU")
    with tempfile.TemporaryDirectory() as folder:
        for at_once in RUNS:
            show(at_once, await compare(at_once, rounds, Path(folder)), table)
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else ROUNDS))
