"""Two experiments compared: one primary metric gives the verdict, all others are corrected for their number."""

from collections.abc import Sequence

from baton.errors import UsageError
from evals.comparison.cells import Cell
from evals.comparison.pairs import Pairs, pair
from evals.comparison.records import Comparison, MetricComparison
from evals.comparison.sentences import sentences
from evals.comparison.verdicts import compared
from evals.statistics.paired import Difference, paired_difference
from evals.statistics.significance import holm

PRIMARY = "task_completion"
MARGIN = 0.03
"""The difference that counts as none: three messages in a hundred. A set of 100 examples can just rule it out."""

Name = tuple[str | None, str]
"""A step, or None for the whole run; and the metric."""


def compare(
    first: Sequence[Cell], second: Sequence[Cell], *, primary: str = PRIMARY, margin: float = MARGIN
) -> Comparison:
    """Return how experiment B, `second`, stands to experiment A, `first`, on the examples that both answered.

    Raises:
        UsageError: there are no such examples, or none of them has the primary metric on both sides.
    """
    pairs = pair(first, second)
    differences = _differences(pairs)
    if (None, primary) not in differences:
        known = ", ".join(metric for step, metric in differences if step is None)
        raise UsageError(f"the experiments do not share the metric {primary!r}; name one with --primary: {known}")
    p_values = _p_values(differences, primary)
    rows = {
        (step, metric): compared(metric, each, p_values[step, metric], margin)
        for (step, metric), each in differences.items()
    }
    result: Comparison = {
        "verdict": rows[None, primary]["verdict"],
        "primary": primary,
        "margin": margin,
        "metrics": {metric: each for (step, metric), each in rows.items() if step is None},
        "steps": _by_step(rows),
        "paired": len(pairs.first),
        "unpaired": pairs.unpaired,
        "errors": pairs.errors,
        "says": "",
    }
    return {**result, "says": sentences(result)}


def _by_step(rows: dict[Name, MetricComparison]) -> dict[str, dict[str, MetricComparison]]:
    """Return the rows of the steps by step and metric."""
    steps: dict[str, dict[str, MetricComparison]] = {}
    for (step, metric), each in rows.items():
        if step is not None:
            steps.setdefault(step, {})[metric] = each
    return steps


def _differences(pairs: Pairs) -> dict[Name, Difference]:
    """Return the differences of the metrics, then of the steps' scores."""
    columns: dict[Name, Difference] = {
        (None, metric): paired_difference(*each) for metric, each in pairs.metrics().items()
    }
    for step, metrics in pairs.steps().items():
        columns |= {(step, metric): paired_difference(*each) for metric, each in metrics.items()}
    return columns


def _p_values(differences: dict[Name, Difference], primary: str) -> dict[Name, float]:
    """Return the p-values: the primary metric's as it is, all others as one family, corrected by Holm's method."""
    others = [name for name in differences if name != (None, primary)]
    corrected = holm([differences[name].p for name in others])
    return {(None, primary): differences[None, primary].p, **dict(zip(others, corrected, strict=True))}
