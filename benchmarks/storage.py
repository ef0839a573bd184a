"""Measures the database: the time of a page of waiting runs and of a long thread's state, and bytes per step.

    python -m benchmarks.storage

- 50 waiting runs among 10,000, listed as `baton runs --status waiting` lists them: at most 5 ms;
- `get_state` of a thread with 2,000 checkpoints against one with 10, in turn: at most twice as long;
- bytes in the database for each step of the sample inbox on `support_desk`, checkpoints and spans included: reported.
"""

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from langgraph.graph import START, StateGraph
from rich.console import Console
from rich.table import Table
from typing_extensions import TypedDict

from baton import open_resources
from baton.config.home import database_file
from baton.runs.registry import load
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources
from baton.storage import adhoc_rows, summaries
from baton.storage.sqlite_file import connect_for_reading
from baton.storage.transaction import Transaction

RUNS, WAITING, PAGE_MS = 10_000, 50, 5.0
SHORT, LONG, STATE_RATIO = 10, 2_000, 2.0
TIMES = 41
INBOX = Path(__file__).parents[1] / "bank" / "inbox.jsonl"
ASK = (
    "INSERT INTO approvals (interrupt_id, thread_id, step, occurrence, request, digest, created_at)"
    " VALUES (?, ?, 'ask_person', '0', '{\"action_requests\": [], \"review_configs\": []}', 'd', 0)"
)


class Count(TypedDict):
    """The state of the long thread."""

    number: int


async def count(state: Count) -> Count:
    """Count one step."""
    return {"number": state["number"] + 1}


async def page_ms(resources: Resources) -> float:
    """Return the milliseconds of the page of waiting runs, without the opening of the connection."""
    runs = [adhoc_rows.AdHocEvent(f"t{number}", "g", "library", 1_000, None, 0.0) for number in range(RUNS)]

    def fill(tx: Transaction) -> None:
        adhoc_rows.upsert(tx, runs)
        tx.execute("UPDATE runs SET status = 'done'")
        for number in range(0, RUNS, RUNS // WAITING):
            tx.execute("UPDATE runs SET status = 'waiting' WHERE thread_id = ?", (f"t{number}",))
            tx.execute(ASK, (f"i{number}", f"t{number}"))

    await resources.database.do(fill)
    with connect_for_reading(database_file()) as tx:
        times = []
        for _ in range(TIMES):
            started = time.perf_counter()
            page = summaries.list_runs(tx, status="waiting")
            times.append((time.perf_counter() - started) * 1000)
    if [len(each["waiting_for"]) for each in page] != [1] * WAITING:
        raise AssertionError("the page does not have the rows that were inserted")
    return median(times)


async def state_ratio(resources: Resources) -> float:
    """Return how many times as long the state of the long thread takes as that of the short one."""
    builder = StateGraph(Count)
    builder.add_node("count", count).add_edge(START, "count")
    builder.add_conditional_edges("count", lambda state: "count" if state["number"] % LONG else "__end__")
    graph: Any = builder.compile(checkpointer=resources.checkpointer)
    configs = [{"configurable": {"thread_id": name}, "recursion_limit": LONG + 2} for name in ("short", "long")]
    await graph.ainvoke({"number": LONG - SHORT}, configs[0], durability="sync")
    await graph.ainvoke({"number": 0}, configs[1], durability="sync")
    pairs = [[await _state_ms(graph, config) for config in configs] for _ in range(TIMES)]
    return median(longer / shorter for shorter, longer in pairs)


async def _state_ms(graph: Any, config: dict[str, Any]) -> float:
    started = time.perf_counter()
    await graph.aget_state(config)
    return (time.perf_counter() - started) * 1000


async def bytes_per_step(resources: Resources) -> float:
    """Work the sample inbox; return the bytes of checkpoints, their writes and spans for each step."""
    lines = [json.loads(line) for line in INBOX.read_text("utf-8").splitlines()]
    jobs = [Job({name: line[name] for name in ("message", "customer_id")}) for line in lines]
    runner = Runner(resources, load)
    for thread in await runner.queue("support_desk", jobs):
        await runner.resume(thread)
    sizes = (
        "SELECT (SELECT sum(length(checkpoint) + length(metadata)) FROM checkpoints),"
        " (SELECT sum(length(value)) FROM writes),"
        " (SELECT sum(length(coalesce(input, '')) + length(coalesce(output, ''))) FROM spans),"
        " (SELECT count(*) FROM spans WHERE kind = 'step')"
    )
    *sizes_of_parts, steps = await resources.database.do(lambda tx: tx.execute(sizes).fetchone())
    return float(sum(sizes_of_parts) / steps)


async def main() -> int:
    """Measure, print and return the exit code; 1 where a goal is missed."""
    async with open_resources() as resources:
        step_bytes = await bytes_per_step(resources)
        ratio, page = await state_ratio(resources), await page_ms(resources)
    table = Table("what", "found", "goal")
    table.add_row(f"{WAITING} waiting runs among {RUNS:,}, listed", f"{page:.1f} ms", f"at most {PAGE_MS:g} ms")
    table.add_row(f"get_state at {LONG:,} checkpoints / at {SHORT}", f"{ratio:.2f}", f"at most {STATE_RATIO:g}")
    table.add_row("stored for each step of the inbox", f"{step_bytes / 1024:.1f} KiB", "")
    Console().print(table)
    return int(page > PAGE_MS or ratio > STATE_RATIO)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BATON_HOME"] = folder
        raise SystemExit(asyncio.run(main()))
