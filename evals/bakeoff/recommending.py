"""The recommendation: the simplest graph that meets the targets and is not significantly worse than the best of those.

Functions of values. The graphs come in the order of simplicity.
"""

from collections.abc import Mapping, Sequence

from baton.errors import UsageError
from evals.bakeoff.records import Because, GraphFigures
from evals.comparison.cells import Cell
from evals.comparison.comparing import MARGIN
from evals.comparison.pairs import pair
from evals.comparison.records import MetricComparison
from evals.comparison.verdicts import LEAST, compared
from evals.statistics.paired import Difference, paired_difference
from evals.statistics.significance import holm

MEETS = ("met", "just_met")


def find_best(graphs: Sequence[GraphFigures]) -> GraphFigures | None:
    """Return the graph with the highest primary metric of those that meet all targets, of equals the simplest."""
    meeting = [each for each in graphs if meets_targets(each) and each["primary"]["mean"] is not None]
    return max(meeting, key=lambda each: each["primary"]["mean"] or 0.0, default=None)


def meets_targets(figures: GraphFigures) -> bool:
    """Return whether a graph meets all targets, be it narrowly."""
    return all(standing in MEETS for standing in figures["targets"].values())


def compared_to_best(
    graphs: Sequence[GraphFigures], cells: Mapping[str, Sequence[Cell]], metric: str
) -> list[GraphFigures]:
    """Return the graphs, each with its paired comparison to the best; p-values are Holm's over all of them.

    `cells` are the judged runs of each graph.
    """
    best = find_best(graphs)
    if best is None:
        return list(graphs)
    others = {each["graph"]: _difference(cells[best["graph"]], cells[each["graph"]], metric) for each in graphs}
    known = {name: each for name, each in others.items() if each is not None and name != best["graph"]}
    p_values = holm([each.p for each in known.values()])
    rows: dict[str, MetricComparison] = {
        name: compared(metric, each, p, MARGIN) for (name, each), p in zip(known.items(), p_values, strict=True)
    }
    return [{**each, "to_best": rows.get(each["graph"])} for each in graphs]


def choose(graphs: Sequence[GraphFigures]) -> tuple[str | None, Because]:
    """Return the recommended graph and why it is, or None and why none is."""
    if max((each["primary"]["n"] for each in graphs), default=0) < LEAST:
        return None, "too_few_examples"
    if not any(each["primary"]["mean"] for each in graphs):
        return None, "nothing_right"
    best = find_best(graphs)
    if best is None:
        return None, "targets_missed"
    simplest = next(each for each in graphs if each is best or _is_good_enough(each))
    return simplest["graph"], "best" if simplest is best else "good_enough"


def _is_good_enough(figures: GraphFigures) -> bool:
    to_best = figures["to_best"]
    return meets_targets(figures) and to_best is not None and to_best["verdict"] != "worse"


def _difference(best: Sequence[Cell], other: Sequence[Cell], metric: str) -> Difference | None:
    """Return the paired difference of another graph to the best; None where they share no answer that is judged."""
    try:
        columns = pair(best, other).metrics().get(metric)
    except UsageError:
        return None
    return None if columns is None else paired_difference(*columns)
