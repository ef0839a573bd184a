"""Refuse expectations of steps that a graph does not have: they could never be met."""

from collections.abc import Sequence

from baton.errors import UsageError
from baton.runs.graph_shapes import Graph, step_paths
from evals.examples import Example


def refuse_unknown_steps(graph: Graph, examples: Sequence[Example]) -> None:
    """Return nothing where every step that the examples name is one of the graph's.

    Raises:
        UsageError: an example expects something of another step.
    """
    known = step_paths(graph)
    for each in examples:
        for step in each.expected.steps:
            if step not in known:
                raise UsageError(
                    f"{each.id} expects something of the step {step!r}; {graph.name} has {', '.join(sorted(known))}"
                )
