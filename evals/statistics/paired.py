"""The difference of two sides that were measured on the same examples, with interval, p-value and power."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from evals.statistics.intervals import LEVEL, RESAMPLES, SEED, Floats, Z, normal_interval
from evals.statistics.significance import mcnemar, sign_flip

POWER = 0.8
DETECTABLE = Z + NormalDist().inv_cdf(POWER)
"""How many standard errors a difference must have to show with that power: 2.80."""
SQUARE = DETECTABLE**2
CHUNK = 2_000_000
"""How many values are drawn at once."""
LARGE = 2_000
"""From more examples the bootstrap no longer differs from the normal interval, which is then taken."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean difference of `second` - `first` over `n` examples, with its 95 % interval from `low` to `high`.

    `p` is the two-sided p-value of no difference. `detectable` is the least difference that such a set shows in four
    cases of five, `first` and `second` are the means of the sides.
    """

    first: float
    second: float
    mean: float
    low: float
    high: float
    p: float
    detectable: float
    n: int


def paired_difference(first: Floats, second: Floats) -> Difference:
    """Return the difference of two sides, each an array (n,) with one value for each example, in the same order.

    An example is one observation: the mean of its repetitions stands for it, so that they do not pass for further
    examples. Needs at least one example.
    """
    differences = second - first
    n, mean = len(differences), float(differences.mean())
    far = float(np.abs(differences - mean).max()) or 1.0
    widened = np.concatenate([differences, [mean - far, mean + far]])
    error = float(widened.std()) / sqrt(len(widened))
    low, high = normal_interval(mean, error) if n > LARGE else _bootstrap_interval(widened)
    are_verdicts = _are_verdicts(first, second)
    if are_verdicts:  # the two examples that nobody saw may lie beyond what a share can be
        low, high = max(low, -1.0), min(high, 1.0)
    return Difference(
        first=float(first.mean()),
        second=float(second.mean()),
        mean=mean,
        low=min(low, mean),
        high=max(high, mean),
        p=_normal_p(mean, error) if n > LARGE else _exact_p(first, second),
        detectable=_detectable(error, n) if are_verdicts else max(DETECTABLE * error, SQUARE * far / n),
        n=n,
    )


def _bootstrap_interval(widened: Floats) -> tuple[float, float]:
    """Return the percentile interval over resampled examples.

    The examples are joined by two that nobody saw, as far above and below the mean as the furthest one (by 1 where all
    are alike). A set without a difference thus rules out no more than it can: about 3 in n (Bonett and Price 2012 widen
    McNemar's interval likewise).
    """
    random, n = np.random.default_rng(SEED), len(widened)
    rows = max(CHUNK // n, 1)
    sizes = [min(rows, RESAMPLES - start) for start in range(0, RESAMPLES, rows)]
    means = np.concatenate([widened[random.integers(0, n, (size, n))].mean(axis=1) for size in sizes])
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _exact_p(first: Floats, second: Floats) -> float:
    """Return McNemar's p-value where every example is right or wrong, else that of the sign flips."""
    if _are_verdicts(first, second):
        return mcnemar(int((first > second).sum()), int((second > first).sum()))
    return sign_flip(second - first)


def _are_verdicts(first: Floats, second: Floats) -> bool:
    """Return whether every example is right or wrong on both sides, nothing between."""
    return bool(np.isin(first, (0, 1)).all() and np.isin(second, (0, 1)).all())


def _detectable(error: float, n: int) -> float:
    """Return the least difference d that shows, of answers that are right or wrong.

    Where d of the examples turn, the variance grows with it: d is `DETECTABLE` times the root of
    error**2 + (d - d**2) / n, solved for d.
    """
    share = SQUARE / n
    return (share + sqrt(share**2 + 4 * (1 + share) * SQUARE * error**2)) / (2 * (1 + share))


def _normal_p(mean: float, error: float) -> float:
    return 2 * (1 - NormalDist().cdf(abs(mean) / error))
