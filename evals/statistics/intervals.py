"""Estimates with 95 % intervals: Wilson's for proportions, a seeded bootstrap for all else.

Of a mean whose standard error is known there is the normal interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from evals.records import Metric

Floats = NDArray[np.float64]
LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
RESAMPLES = 2000
SEED = 20_260
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval, from `n` examples; None where there are too few."""

    mean: float | None
    low: float | None
    high: float | None
    n: int

    def as_object(self) -> Metric:
        """Return the rounded estimate as JSON output has it."""
        mean, low, high = map(_round, (self.mean, self.low, self.high))
        return {"mean": mean, "ci95": [low, high], "n": self.n}


NOTHING = Estimate(None, None, None, 0)


def estimate(values: Sequence[bool] | Sequence[float]) -> Estimate:
    """Return the mean of values: a proportion where all are true or false."""
    if all(isinstance(value, bool) for value in values):
        return wilson(sum(values), len(values))
    return bootstrap(np.array(values, dtype=float), lambda sample: float(sample.mean()))


def wilson(successes: float, n: int) -> Estimate:
    """Return a proportion with Wilson's score interval (1927), which holds for few examples and near 0 and 1."""
    if not n:
        return NOTHING
    z, share = Z, successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    return Estimate(share, min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share), n)


def bootstrap(data: Floats, statistic: Callable[[Floats], float]) -> Estimate:
    """Return a statistic of the rows of `data` with the percentile interval over resampled rows; it is deterministic.

    Where the statistic is biased upward (calibration error is), the interval is widened to hold the estimate.
    """
    n = len(data)
    if not n:
        return NOTHING
    value, random = statistic(data), np.random.default_rng(SEED)
    if n == 1:  # resampling one row gives an interval of no width
        return Estimate(value, None, None, n)
    resamples = [statistic(data[random.integers(0, n, n)]) for _ in range(RESAMPLES)]
    low, high = np.quantile(resamples, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), n)


def normal_interval(mean: float, error: float) -> tuple[float, float]:
    """Return the normal interval of a mean with that standard error: 1.96 of them on either side."""
    return mean - Z * error, mean + Z * error


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which `share` (0 to 1) of the values lie; None without values."""
    return float(np.quantile(np.array(values, dtype=float), share)) if values else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
