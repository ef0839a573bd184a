"""What each pattern costs: the model calls and tokens of every registered graph on the sample inbox.

    python -m benchmarks.pattern_costs [--write]

These are counts, with the model that the settings name: another model's answers differ in length and in how often they
are sent back. What waits for a person is approved, so that every run ends. Prints the means for a message, relative to
one call, and says where `app/pattern_costs.json`, which `baton advise` reads, says otherwise by more than SLACK (exit
1); `--write` writes that file and the table of `docs/choosing.md`.
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

from app.framework import BASELINE, COSTS, Cost, cost_of
from app.inbox import sample_messages
from baton import Job, Runner, opened
from baton.config.settings import settings
from baton.runs.registry import entries, load

SLACK = 0.02
PAGE = Path(__file__).parents[1] / "docs" / "choosing.md"
AT_ONCE = 8
APPROVED: dict[str, Any] = {"decisions": [{"type": "approve"}]}
Counts = dict[str, dict[str, int]]


async def measured(messages: list[dict[str, Any]]) -> Counts:
    """Model calls and tokens of each graph, over all messages."""
    async with opened() as plumbing:
        runner = Runner(plumbing, load)
        return {name: await counted(runner, name, messages) for name in entries()}


async def counted(runner: Runner, graph: str, messages: list[dict[str, Any]]) -> dict[str, int]:
    """One graph's."""
    threads = await runner.queue(graph, [Job(message) for message in messages])
    await runner.work(threads, done=lambda _run: None, concurrency=AT_ONCE)
    total: Counter[str] = Counter()
    for thread in threads:
        run = await runner.summary(thread)
        while run["status"] == "waiting":
            run = await runner.decide(thread, APPROVED, interrupt_id=run["waiting_for"][0]["interrupt_id"])
        used = run["usage"]
        total.update(
            model_calls=used["model_calls"],
            tokens=used["input_tokens"] + used["output_tokens"],
            not_done=int(run["status"] != "done"),
        )
    return {**total}


def show(counts: Counts, messages: int) -> None:
    """One row a graph."""
    table = Table("graph", "calls", "x single", "tokens", "x single", "not done")
    single = counts[BASELINE]
    for name, each in counts.items():
        row: list[str] = []
        for what, form in (("model_calls", ".2f"), ("tokens", ",.0f")):
            row += [format(each[what] / messages, form), f"{each[what] / single[what]:.2f}"]
        table.add_row(name, *row, str(each["not_done"]))
    Console().print(table, f"means for each of {messages} messages of the sample inbox, {model()}")


def model() -> str:
    """The model that most of the work is done with."""
    return settings().model_of("strong")


def outdated(counts: Counts) -> list[str]:
    """The graphs of which the file says something else, or nothing."""
    known: Counts = json.loads(COSTS.read_text("utf-8"))["graphs"]
    return [name for name, each in counts.items() if name not in known or _differ(known[name], each)]


def _differ(known: dict[str, int], seen: dict[str, int]) -> bool:
    return any(abs(known[what] - seen[what]) > SLACK * seen[what] for what in known)


def written(counts: Counts, messages: int) -> None:
    """Put the counts where `baton advise` reads them, and into the page's table."""
    kept = {name: {what: each[what] for what in ("model_calls", "tokens")} for name, each in counts.items()}
    told = {"made_by": "python -m benchmarks.pattern_costs --write", "model": model(), "messages": messages}
    COSTS.write_text(json.dumps({**told, "graphs": kept}, indent=2) + "\n", "utf-8")
    page = PAGE.read_text("utf-8")
    for name in kept:
        page = re.sub(rf"^(\| `{name}` \|[^|]*\|).*$", rf"\1 {cells(cost_of(name))} |", page, flags=re.MULTILINE)
    PAGE.write_text(page, "utf-8")


def cells(cost: Cost | None) -> str:
    """One graph's figures as they stand on the page."""
    assert cost is not None
    return f"{cost.model_calls:.2f} | {cost.times_calls:.2f} | {cost.tokens:,.0f} | {cost.times_tokens:.2f}"


def main(*, write: bool) -> int:
    """Measure, print, and write or compare."""
    messages = sample_messages()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        counts = asyncio.run(measured(messages))
    show(counts, len(messages))
    if write:
        written(counts, len(messages))
        return 0
    if old := outdated(counts):
        sys.stdout.write(f"{COSTS.name} is out of date for {', '.join(old)}: run with --write\n")
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main(write="--write" in sys.argv[1:]))
