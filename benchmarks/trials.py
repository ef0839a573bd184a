"""Experiments with graphs that were changed on purpose: one step is replaced, and the graph is compiled anew."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from baton.runs import registry
from baton.runs.graph_shapes import Graph
from baton.runtime.resources import Resources
from evals.examples import Example
from evals.experiment import Plan, bench
from evals.records import JudgedCell

GRAPHS = Path(__file__).parents[1] / "graphs"
PARTS = "graphs.parts"
CONCURRENCY = 8
Step = Callable[..., Any]


async def results_of(
    desk: Resources, graph: str, examples: Sequence[Example], *, changed: Graph | None = None, **context: Any
) -> list[JudgedCell]:
    """Work the examples through a graph, or through a changed one of the same name, and return their results."""

    def load(name: str) -> Graph:
        return changed or registry.load(name)

    async with bench(desk, load) as at:
        experiment = await at.begin(Plan(graph, "trial", None, context, examples))
        for repetition, cells in (await at.unfinished(experiment)).items():
            async with at.trial(experiment, repetition) as trial:
                await trial.work(cells, done=lambda _: None, concurrency=CONCURRENCY)
        return await at.results(experiment)


@contextmanager
def with_step(graph: str, module: str, name: str, change: Callable[[Step], Step]) -> Iterator[Graph]:
    """Compile the graph with one step, `name` of a module, as `change` returns it."""
    home = import_module(module)
    function = getattr(home, name)
    setattr(home, name, change(function))
    try:
        with _parts_anew():
            compiled = _compile(graph)
        yield compiled
    finally:
        setattr(home, name, function)


@contextmanager
def _parts_anew() -> Iterator[None]:
    """Have the parts that graphs share import their steps anew, and put back those that were there."""
    kept = {name: sys.modules.pop(name) for name in [*sys.modules] if name.startswith(PARTS)}
    try:
        yield
    finally:
        for name in [each for each in sys.modules if each.startswith(PARTS)]:
            del sys.modules[name]
        sys.modules.update(kept)


def _compile(graph: str) -> Graph:
    spec = spec_from_file_location(f"changed_{graph}", GRAPHS / f"{graph}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(graph)
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module  # the types that its functions name are looked up there
    spec.loader.exec_module(module)
    compiled: Graph = module.graph
    return compiled
