"""Bounds on a rate of errors, from the binomial distribution. Functions of values.

The upper bound is Clopper and Pearson's (1934), one-sided: with at most 5 % of all samples is it below the true rate.
It is taken in place of Wilson's because it keeps that promise for every sample size and every rate. Wilson's keeps it
on average only, and near a rate of 0, which is where a desk wants to be, it is often too low.
"""

from functools import lru_cache
from math import exp, lgamma, log, log1p

import numpy as np

ALPHA = 0.05
STEPS = 60  # of the bisection: each halves the interval, and 2**-60 is less than a float can tell


def upper_bound(errors: int, n: int, alpha: float = ALPHA) -> float:
    """Return the one-sided upper bound of the rate of errors at the confidence `1 - alpha`; 1 without trials."""
    if errors >= n:
        return 1.0
    low, high = errors / n, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(errors, n, middle) > alpha else (low, middle)
    return high


def at_most(errors: int, n: int, rate: float) -> float:
    """Return the probability of at most so many errors in n trials, each an error with the probability `rate`."""
    if errors < 0 or errors >= n or rate <= 0:
        return float(errors >= 0)
    if rate >= 1:
        return 0.0
    each = np.arange(errors)
    ratios = np.log((n - each) / (each + 1)) + log(rate) - log1p(-rate)
    return _sum_of(n * log1p(-rate), ratios)


@lru_cache(maxsize=100_000)  # a fit asks for the same few sizes again and again
def most_errors(n: int, risk: float) -> int:
    """Return the most errors in n trials whose upper bound is within the risk; -1 where even none is too many."""
    low, high = -1, n  # of the bisection: `low` is within, `high` is not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_most(middle, n, risk) <= ALPHA else (low, middle)
    return low


def chance_of_confirmation(errors: int, n: int, again: int, risk: float) -> float:
    """Return the probability that the upper bound of `again` further trials is within the risk, after n with `errors`.

    The rate is taken to be distributed as the upper bound is over all its levels, which is Beta(errors + 1, n -
    errors); the further errors are then beta-binomial. It counts the luck of both samples.
    """
    most = most_errors(again, risk)
    if most < 0 or errors >= n:
        return 0.0
    a, b = errors + 1.0, float(n - errors)
    first = lgamma(b + again) - lgamma(b) + lgamma(a + b) - lgamma(a + b + again)
    each = np.arange(min(most, again - 1))
    ratios = np.log((again - each) * (a + each)) - np.log((each + 1) * (b + again - each - 1))
    return _sum_of(first, ratios)


def _sum_of(first: float, ratios: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """Return the sum of probabilities: of the log of the first, and the logs of each one's ratio to the one before."""
    logs = first + np.concatenate([[0.0], np.cumsum(ratios)])
    largest = float(logs.max())
    return min(1.0, exp(largest + log(float(np.exp(logs - largest).sum()))))
