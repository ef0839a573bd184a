"""Counts what each pattern costs: the model calls and tokens of every registered graph on the sample inbox.

    python -m benchmarks.pattern_costs [--write]

These are counts, with the model that the settings name: another model's answers differ in length and in how often they
are sent back. Every pending approval is approved, so that every run ends. Prints the means for a message, relative to
one call, and the graphs whose figures in `app/pattern_costs.json`, which `baton advise` reads, differ by more than
SLACK (exit 1); `--write` writes that file and the table of `docs/choosing.md`.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from app.inbox import sample_messages
from app.pattern_completion import completion_of
from app.questions import BASELINE, COSTS, cost_of
from baton import Job, Runner, open_resources
from baton.config.settings import settings
from baton.runs.registry import entries, load

SLACK = 0.02
PAGE = Path(__file__).parents[1] / "docs" / "choosing.md"
AT_ONCE = 8
APPROVED: dict[str, Any] = {"decisions": [{"type": "approve"}]}
Counts = dict[str, dict[str, int]]


async def measure(messages: list[dict[str, Any]]) -> Counts:
    """Return the model calls and tokens of each graph, over all messages."""
    async with open_resources() as resources:
        runner = Runner(resources, load)
        return {name: await count_calls(runner, name, messages) for name in entries()}


async def count_calls(runner: Runner, graph: str, messages: list[dict[str, Any]]) -> dict[str, int]:
    """Work the messages through one graph; return its model calls, its tokens and its runs that are not done."""
    threads = await runner.queue(graph, [Job(message) for message in messages])
    await runner.work(threads, done=lambda _run: None, concurrency=AT_ONCE)
    total: Counter[str] = Counter()
    for thread in threads:
        run = await runner.summary(thread)
        while run["status"] == "waiting":
            run = await runner.decide(thread, APPROVED, interrupt_id=run["waiting_for"][0]["interrupt_id"])
        usage = run["usage"]
        total.update(
            model_calls=usage["model_calls"],
            tokens=usage["input_tokens"] + usage["output_tokens"],
            not_done=int(run["status"] != "done"),
        )
    return {**total}


def show(counts: Counts, messages: int) -> None:
    """Print a row for each graph."""
    table = Table("graph", "calls", "x single", "tokens", "x single", "not done")
    single = counts[BASELINE]
    for name, each in counts.items():
        row: list[str] = []
        for field, form in (("model_calls", ".2f"), ("tokens", ",.0f")):
            row += [format(each[field] / messages, form), f"{each[field] / single[field]:.2f}"]
        table.add_row(name, *row, str(each["not_done"]))
    Console().print(table, f"means for each of {messages} messages of the sample inbox, {model()}")


def model() -> str:
    """The name of the model that does most of the work."""
    return settings().model_of("strong")


def find_outdated(counts: Counts) -> list[str]:
    """Return the graphs whose figures in the file are missing or differ."""
    on_file: Counts = json.loads(COSTS.read_text("utf-8"))["graphs"]
    return [name for name, each in counts.items() if name not in on_file or _differ(on_file[name], each)]


def _differ(before: dict[str, int], now: dict[str, int]) -> bool:
    return any(abs(before[field] - now[field]) > SLACK * now[field] for field in before)


def write_counts(counts: Counts, messages: int) -> None:
    """Write the counts to the file that `baton advise` reads, and to the table of the page."""
    costs = {name: {field: each[field] for field in ("model_calls", "tokens")} for name, each in counts.items()}
    header = {"made_by": "python -m benchmarks.pattern_costs --write", "model": model(), "messages": messages}
    bakeoff = {key: value for key, value in json.loads(COSTS.read_text("utf-8")).items() if key == "bakeoff"}
    COSTS.write_text(json.dumps({**header, "graphs": costs, **bakeoff}, indent=2) + "\n", "utf-8")
    write_table()


def write_table() -> None:
    """Write what is on file to the table of the page."""
    page = PAGE.read_text("utf-8")
    for name in json.loads(COSTS.read_text("utf-8"))["graphs"]:
        page = re.sub(rf"^(\| `{name}` \|[^|]*\|).*$", rf"\1 {cells(name)} |", page, flags=re.MULTILINE)
    PAGE.write_text(page, "utf-8")


def cells(name: str) -> str:
    """One graph's figures as the cells of the page's table."""
    cost, completion = cost_of(name), completion_of(name)
    assert cost is not None
    counts = f"{cost.model_calls:.2f} | {cost.times_calls:.2f} | {cost.tokens:,.0f} | {cost.times_tokens:.2f}"
    return f"{counts} | {'?' if completion is None else completion.text}"


def main(*, write: bool) -> int:
    """Measure, print, write or compare, and return the exit code."""
    messages = sample_messages()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        counts = asyncio.run(measure(messages))
    show(counts, len(messages))
    if write:
        write_counts(counts, len(messages))
        return 0
    if old := find_outdated(counts):
        sys.stdout.write(f"{COSTS.name} is out of date for {', '.join(old)}: run with --write\n")
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main(write="--write" in sys.argv[1:]))
