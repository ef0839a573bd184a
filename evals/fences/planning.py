"""The plan: which messages go through which cells, in an order in which what is there is of use at any time.

First every graph with all its fences, then each fence taken away, on the messages that all graphs share. Then the
answers in words alone, which share no call with the others and are the longest. Last the messages more on which harm is
counted, for the graphs that are cheap: those answered in words not, they would take as long as all else.
"""

from collections.abc import Collection, Sequence

from evals.fences.records import Work
from evals.fences.table import ALL, NAMES, UNCHANGED, cells_of
from evals.recordings import sample

GRAPHS = ("single_call", "routing", "chaining", "support_desk")
OF_MANY = ("single_call", "routing")
"""The graphs on which harm is counted over more messages."""
MESSAGES, MORE = 30, 100
OFFLINE = "local:desk"
"""The stand-in finds what to answer by the name of the schema, so that this fence cannot be taken from it."""


def plan(model: str, graphs: Sequence[str], messages: int, more: int, wanted: Collection[str] = NAMES) -> list[Work]:
    """Return what is to be worked with a model, in its order; no message stands twice in a cell.

    Of the cells only those `wanted` are, and those with all fences: the others are compared with them.
    """
    few = sample(messages)
    rest = sample(more)[len(few) :]
    many = [graph for graph in graphs if graph in OF_MANY]
    parts = [
        *((graph, [ALL], few) for graph in graphs),
        *((graph, _taken(graph), few) for graph in graphs),
        *((graph, _in_words(model, graph), few) for graph in graphs),
        *((graph, [ALL, *_taken(graph)], rest) for graph in many),
    ]
    return [
        Work(model, graph, cell, tuple(some))
        for graph, cells, some in parts
        for cell in cells
        if some and (cell == ALL or cell in wanted)
    ]


def _taken(graph: str) -> list[str]:
    return [each for each in cells_of(graph) if each not in (ALL, UNCHANGED)]


def _in_words(model: str, graph: str) -> list[str]:
    return [UNCHANGED] if UNCHANGED in cells_of(graph) and model != OFFLINE else []
