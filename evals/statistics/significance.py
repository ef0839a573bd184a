"""Tests of paired differences, and their correction where there are many: p-values. Functions of values."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import comb

import numpy as np

from evals.statistics.intervals import SEED, Floats

FLIPS = 9_999
MOST_EXACT = 12
"""Up to so many differences all signs are tried, 4,096 ways; beyond, a seeded sample of them."""
CHUNK = 2_000_000
ROUNDING = 1e-9


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p-value of McNemar's test (1947), that discordant pairs fall to either side alike.

    The arguments count the pairs in which only the first, or only the second, is right.
    """
    n = only_first + only_second
    tail = sum(comb(n, k) for k in range(min(only_first, only_second) + 1))
    return float(min(tail / 2 ** (n - 1), 1.0)) if n else 1.0


def sign_flip(differences: Floats) -> float:
    """Return the two-sided p-value of a mean difference by Fisher's randomisation (1935): flip each sign at random.

    It asks for nothing but that the two sides could be exchanged if they were alike. On differences of -1, 0 and 1 it
    is McNemar's test. The least value is 2 to the power of 1 - n, and 1 / (FLIPS + 1).
    """
    moved = differences[differences != 0]
    seen = abs(moved.sum()) - ROUNDING * np.abs(moved).sum()
    as_far = sum(int((np.abs(signs @ moved) >= seen).sum()) for signs in _signs(len(moved)))
    return as_far / 2 ** len(moved) if len(moved) <= MOST_EXACT else (as_far + 1) / (FLIPS + 1)


def _signs(n: int) -> Iterator[Floats]:
    """Yield arrays (any, n) of signs: together all that there are, or FLIPS random ones."""
    if n <= MOST_EXACT:
        yield (1 - 2 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)).astype(np.float64)
        return
    random, rows = np.random.default_rng(SEED), max(CHUNK // n, 1)
    for start in range(0, FLIPS, rows):
        yield (1 - 2 * random.integers(0, 2, (min(rows, FLIPS - start), n), dtype=np.int8)).astype(np.float64)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values as Holm corrects them (1979), in their order.

    Called significant where at most 0.05, all of them together raise a false alarm in at most 5 % of the cases.
    """
    count, order = len(p_values), sorted(range(len(p_values)), key=p_values.__getitem__)
    steps = [min(p_values[index] * (count - rank), 1.0) for rank, index in enumerate(order)]
    corrected = dict(zip(order, accumulate(steps, max), strict=True))
    return [corrected[index] for index in range(count)]
