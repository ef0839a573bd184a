"""The metric that a bake-off is decided by, and what the examples must expect for it."""

from collections.abc import Callable, Sequence

from baton.errors import UsageError
from evals.examples import Example, Expected

TASK_COMPLETION = "task_completion"

EXPECTED: dict[str, tuple[str, Callable[[Expected], bool]]] = {
    TASK_COMPLETION: ("outcome", lambda expected: expected.outcome is not None),
    "outcome": ("outcome", lambda expected: expected.outcome is not None),
    "route": ("route", lambda expected: expected.route is not None),
    "actions": ("actions", lambda expected: expected.actions is not None),
    "citations_recall": ("citations", lambda expected: expected.citations is not None),
    "citations_precision": ("citations", lambda expected: expected.citations is not None),
    "says": ("says", lambda expected: bool(expected.says)),
}
"""By metric the expectation that it needs; of all of them more is better."""


def refuse_unmeasurable(metric: str, examples: Sequence[Example], dataset: str) -> None:
    """Return nothing where at least one example has the expectation of the metric.

    Raises:
        UsageError: the metric is none that a bake-off can be decided by, or no example expects anything of it.
    """
    check_metric(metric)
    if not _measurable(metric, examples):
        others = [name for name in EXPECTED if _measurable(name, examples)]
        hint = f"it has those of {', '.join(others)}: name one with --metric" if others else "it has none at all"
        raise UsageError(f"{dataset} has no expectations of {metric} ({EXPECTED[metric][0]}); {hint}")


def check_metric(metric: str) -> None:
    """Return nothing where a bake-off can be decided by the metric.

    Raises:
        UsageError: it cannot.
    """
    if metric not in EXPECTED:
        raise UsageError(f"{metric!r} is no metric of a bake-off; name one of {', '.join(EXPECTED)}")


def _measurable(metric: str, examples: Sequence[Example]) -> bool:
    return any(EXPECTED[metric][1](each.expected) for each in examples)
