"""Measures what Baton costs: CPU per step of five shapes, against bare LangGraph, in one interleaved run.

`python -m benchmarks.plumbing_cost`. No saver, no model latency, records of about 0.4 kB. Bare is LangGraph's own
StateGraph over the same dictionaries. The layers: LangGraph's own retry and timeout; ours without them (typed records,
spans, a run row for every call); everything. CPU is the whole process's, the writer thread included.
"""

import asyncio
import os
import statistics
import tempfile
import time

from rich.console import Console
from rich.table import Table

from baton import open_resources
from baton.runtime.resources import Resources
from benchmarks.shapes import STEPS, TEXT, Graph, build_bare, build_typed

GOAL = 1.35
BLOCKS, RUNS = 15, 20
Figures = dict[str, dict[str, list[float]]]


async def measure_cpu(graph: Graph, resources: Resources) -> float:
    """Make RUNS runs one after the other and return their CPU seconds, those of their pending writes included."""
    started = time.process_time()
    for number in range(RUNS):
        await graph.ainvoke({"note": {"text": TEXT, "number": number}})
    await resources.database.do(lambda _: None)
    return time.process_time() - started


async def measure() -> Figures:
    """Return the microseconds per step of every layer and shape, block by block; all take turns in each block."""
    layers = {
        "bare": build_bare(),
        "retry, timeout": build_bare(policies=True),
        "typed, spans, run row": build_typed(policies=False),
        "everything": build_typed(),
    }
    figures: Figures = {layer: {name: [] for name in STEPS} for layer in layers}
    async with open_resources() as resources:
        for block in range(BLOCKS + 1):
            for name, steps in STEPS.items():
                for layer, graphs in layers.items():
                    cpu_s = await measure_cpu(graphs[name], resources)
                    if block:  # the first warms up
                        figures[layer][name].append(cpu_s / RUNS / steps * 1e6)
    return figures


def main() -> int:
    """Measure, print and return the exit code; 1 where the goal is missed."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        figures = asyncio.run(measure())
    medians = {layer: {name: statistics.median(each) for name, each in rows.items()} for layer, rows in figures.items()}
    least = medians.pop("bare")
    ratios = {layer: {name: each[name] / least[name] for name in STEPS} for layer, each in medians.items()}
    table = Table("shape", "bare, us per step", *(f"{layer}, x bare" for layer in ratios))
    for name in STEPS:
        table.add_row(name, f"{least[name]:.0f}", *(f"{each[name]:.2f}" for each in ratios.values()))
    means = [statistics.geometric_mean(each.values()) for each in ratios.values()]
    table.add_row("geometric mean", "", *(f"{mean:.2f}" for mean in means))
    Console().print(table, f"goal: everything at most {GOAL}")
    return int(means[-1] > GOAL)


if __name__ == "__main__":
    raise SystemExit(main())
