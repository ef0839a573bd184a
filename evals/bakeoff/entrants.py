"""The graphs of a bake-off: those that were named, or all that take the messages; checked before anything is begun."""

from collections.abc import Callable, Sequence

from baton.errors import UsageError
from baton.runs.graph_shapes import Graph, encode_input
from evals.examples import Example
from evals.unknown_steps import refuse_unknown_steps

Load = Callable[[str], Graph]


def fitting_graphs(registered: Sequence[str], examples: Sequence[Example], load: Load) -> list[str]:
    """Return the registered graphs that take such messages.

    Raises:
        UsageError: none does.
    """
    fitting = [name for name in registered if _fault(load(name), examples[:1]) is None]
    if not fitting:
        raise UsageError("no graph of langgraph.json takes a message; name others with --graphs")
    return fitting


def refuse_misfits(graphs: Sequence[str], examples: Sequence[Example], load: Load) -> None:
    """Return nothing where every graph takes every message, and has the steps that the examples name.

    Raises:
        UsageError: one does not, or is named twice; nothing was begun.
    """
    if twice := next((name for name in graphs if graphs.count(name) > 1), None):
        raise UsageError(f"{twice} is named twice; once is enough")
    for name in graphs:
        graph = load(name)
        refuse_unknown_steps(graph, examples)
        if fault := _fault(graph, examples):
            raise fault


def _fault(graph: Graph, examples: Sequence[Example]) -> UsageError | None:
    """Return the complaint of a graph that does not take the input of one of the examples."""
    try:
        for each in examples:
            encode_input(graph, each.inputs.model_dump())
    except UsageError as error:
        return error
    return None
