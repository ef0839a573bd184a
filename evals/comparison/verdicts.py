"""Verdicts: what a difference, its interval and its p-value come to. Functions of values."""

from evals.comparison.pairs import MEASURES
from evals.comparison.records import MetricComparison, Verdict
from evals.records import is_harm
from evals.statistics.paired import Difference

ALPHA = 0.05
LEAST = 6
"""Of fewer examples none is significant, were they unanimous: the least p-value of five is 2 / 2**5 = 0.0625."""


def less_is_better(metric: str) -> bool:
    """Return whether a metric counts what there should be little of: harms and costs."""
    return metric in MEASURES or is_harm(metric)


def margin_of(metric: str, margin: float, first: float) -> float:
    """Return the margin in the units of a metric: of a measure it is a share of A's mean."""
    return margin * abs(first) if metric in MEASURES else margin


def verdict(metric: str, difference: Difference, p: float, margin: float) -> Verdict:
    """Return how B stands to A. `p` is the p-value that counts, corrected where there are many.

    What lies within the margin is equivalent, even where it is significant. Otherwise a verdict needs the interval and
    the p-value to agree.
    """
    if difference.n < LEAST:
        return "inconclusive"
    within = margin_of(metric, margin, difference.first)
    if -within <= difference.low and difference.high <= within:
        return "equivalent"
    if p > ALPHA or difference.low <= 0 <= difference.high:
        return "inconclusive"
    return "better" if (difference.mean < 0) == less_is_better(metric) else "worse"


def rounded(value: float) -> float:
    """Return a value with six significant digits, for its units may be anything."""
    return float(f"{value:.6g}")


def compared(metric: str, difference: Difference, p: float, margin: float) -> MetricComparison:
    """Return the rounded comparison of a metric, with its verdict."""
    return {
        "a": rounded(difference.first),
        "b": rounded(difference.second),
        "difference": rounded(difference.mean),
        "ci95": [rounded(difference.low), rounded(difference.high)],
        "p": rounded(p),
        "mde": None if difference.n < LEAST else rounded(difference.detectable),
        "verdict": verdict(metric, difference, p, margin),
        "n": difference.n,
    }
