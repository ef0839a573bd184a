"""Targets: what a pattern must reach, or must not exceed. Functions of values."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from baton.errors import UsageError
from evals.records import Metric

AT_MOST = ("harm", "p50_ms", "p95_ms", "tokens", "cost_usd")
"""What there should be little of: harmed messages (a count), latencies, and the means of a run."""

Standing = Literal["met", "just_met", "just_missed", "missed", "unknown"]
"""How a figure stands to a target: `just` where the interval lies on both sides; `unknown` without a figure."""


@dataclass(frozen=True, slots=True)
class Target:
    """The least value of a metric, or the most of a measure."""

    name: str
    limit: float

    @property
    def is_most(self) -> bool:
        """Whether the figure must not exceed the limit."""
        return self.name in AT_MOST

    def standing(self, figure: Metric | None) -> Standing:
        """Return how a figure with its interval stands to the target."""
        if figure is None or figure["mean"] is None:
            return "unknown"
        values = (figure["mean"], *(each for each in figure["ci95"] if each is not None))
        met, *bounds = (self._meets(value) for value in values)
        if met:
            return "met" if all(bounds) else "just_met"
        return "just_missed" if any(bounds) else "missed"

    def _meets(self, value: float) -> bool:
        return value <= self.limit if self.is_most else value >= self.limit


def targets_of(assignments: Sequence[str], metric: str) -> list[Target]:
    """Return the targets of `NAME=VALUE` texts; `metric` is the one that the bake-off is decided by.

    Raises:
        UsageError: a name is unknown or given twice, or a value is no number that can be reached.
    """
    targets = [_target(each, metric) for each in assignments]
    names = [each.name for each in targets]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"the target {twice} is given twice; once is enough")
    return targets


def _target(assignment: str, metric: str) -> Target:
    name, equals, text = (part.strip() for part in assignment.partition("="))
    if not equals or name not in (metric, *AT_MOST):
        known = ", ".join([metric, *AT_MOST])
        raise UsageError(f"{assignment!r} is no target; write NAME=VALUE with one of {known}")
    try:
        limit = float(text)
    except ValueError:
        raise UsageError(f"the target {name} is {text!r}, which is no number") from None
    if not isfinite(limit) or limit < 0 or (name == metric and limit > 1):
        raise UsageError(f"the target {name} is {text}; give {'0 to 1' if name == metric else '0 or more'}")
    return Target(name, limit)
