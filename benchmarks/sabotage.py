"""Shows that a graph made worse is called worse: a broken threshold, a gate taken out, a weaker search.

`python -m benchmarks.sabotage` works the development half of a set through a graph as it is and through a changed one,
and compares the two as `baton eval compare` does. The goal: each verdict is "worse".
"""

import asyncio
import functools
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from baton.runtime.resources import Resources, open_resources
from benchmarks.tables import MARKDOWN, print_markdown, print_table
from benchmarks.trials import Step, results_of, with_step
from desk.records import Review
from evals.comparison.cells import Cell, cell_of
from evals.comparison.comparing import compare
from evals.comparison.records import Comparison
from evals.dataset import SHARED, chosen, own_datasets, read
from evals.examples import Example

HEADER = ("change", "graph", "dataset", "task completion, B - A", "95 % interval", "p", "verdict")


@dataclass(frozen=True, slots=True)
class Sabotage:
    """A change for the worse: of a value of the context, or of a step, `name` of a module."""

    title: str
    graph: str
    dataset: str
    context: dict[str, Any]
    module: str = ""
    change: Callable[[Step], Step] | None = None


def _passes_all(check: Step) -> Step:
    """Return a check that lets every draft pass, with its action."""

    @functools.wraps(check)
    async def passed(state: Any) -> dict[str, Any]:
        return {"review": Review(verdict="answer", reason="not checked")}

    return passed


def _finds_the_rest(retrieve: Step) -> Step:
    """Return a search that leaves out the two best policies."""

    @functools.wraps(retrieve)
    async def weak(*args: Any, **options: Any) -> dict[str, Any]:
        found = (await retrieve(*args, **options))["passages"]
        best = list(dict.fromkeys(each.partition(".")[0] for each in found))[:2]
        return {"passages": [each for each in found if each.partition(".")[0] not in best]}

    return weak


CHANGES = (
    Sabotage("route_threshold 0.999", "routing", "routing", {"route_threshold": 0.999}),
    Sabotage("no check of drafts and actions", "routing", SHARED, {}, "nodes.check", _passes_all),
    Sabotage(
        "the two best policies left out",
        "evaluator_optimizer",
        "evaluator_optimizer",
        {},
        "nodes.retrieve",
        _finds_the_rest,
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Print a row for each change and return the exit code."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        verdicts = asyncio.run(_measure())
    show = print_markdown if MARKDOWN in arguments else print_table
    show("made worse on purpose", HEADER, [_row(*each) for each in verdicts])
    return int(any(found["verdict"] != "worse" for _, found in verdicts))


def _row(change: Sabotage, found: Comparison) -> list[str]:
    primary = found["metrics"][found["primary"]]
    low, high = primary["ci95"]
    figures = f"{primary['difference']:+.3f}", f"{low:+.3f} to {high:+.3f}", f"{primary['p']:.2g}"
    return [change.title, change.graph, f"{change.dataset}.jsonl", *figures, found["verdict"]]


async def _measure() -> list[tuple[Sabotage, Comparison]]:
    async with open_resources() as desk:
        return [(each, await _compared(desk, each)) for each in CHANGES]


async def _compared(desk: Resources, sabotage: Sabotage) -> Comparison:
    examples = chosen(read(own_datasets() / f"{sabotage.dataset}.jsonl")[0], None, None)
    before = await _cells(desk, sabotage, examples)
    if sabotage.change is None:
        return compare(before, await _cells(desk, sabotage, examples, **sabotage.context))
    name = sabotage.module.rpartition(".")[2]
    with with_step(sabotage.graph, sabotage.module, name, sabotage.change) as changed:
        return compare(before, await _cells(desk, sabotage, examples, changed=changed))


async def _cells(desk: Resources, sabotage: Sabotage, examples: Sequence[Example], **options: Any) -> list[Cell]:
    return [cell_of(each) for each in await results_of(desk, sabotage.graph, examples, **options)]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
