"""Tests of paired differences, and their correction where there are many: p-values. Functions of values."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from evals.statistics.intervals import SEED, Floats

FLIPS = 9_999
MOST_EXACT = 12
"""Up to so many differences all signs are tried, 4,096 ways; beyond, a seeded sample of them."""
ROUNDING = 1e-9


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p-value of McNemar's test (1947), that discordant pairs fall to either side alike.

    The arguments count the pairs in which only the first, or only the second, is right.
    """
    n, ways, tail = only_first + only_second, 1, 0
    for k in range(min(only_first, only_second) + 1):
        tail += ways
        ways = ways * (n - k) // (k + 1)
    return float(min(tail / 2 ** (n - 1), 1.0)) if n else 1.0


def sign_flip(differences: Floats) -> float:
    """Return the two-sided p-value of a mean difference by Fisher's randomisation (1935): flip each sign at random.

    It asks for nothing but that the two sides could be exchanged if they were alike. On differences of -1, 0 and 1 it
    is McNemar's test. The least value is 2 to the power of 1 - n, and 1 / (FLIPS + 1).
    """
    moved = differences[differences != 0]
    seen = abs(moved.sum()) - ROUNDING * np.abs(moved).sum()
    if len(moved) <= MOST_EXACT:
        return _share_as_far(_all_signs(len(moved)), moved, seen)
    signs = _random_signs(1 << (len(moved) - 1).bit_length())[:, : len(moved)]
    return (_share_as_far(signs, moved, seen) * FLIPS + 1) / (FLIPS + 1)


def _share_as_far(signs: NDArray[np.int8], moved: Floats, seen: float) -> float:
    """Return the share of the flips, the rows of `signs`, with a sum as far from 0 as the one that was seen."""
    sums = np.einsum("ij,j->i", signs, moved)  # not @, which copies the signs and wakes a thread for each core
    return float((np.abs(sums) >= seen).mean())


def _all_signs(n: int) -> NDArray[np.int8]:
    """Return all signs of n differences, an array (2**n, n)."""
    return (1 - 2 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)).astype(np.int8)


@lru_cache(maxsize=4)  # all metrics of a set have about one size
def _random_signs(width: int) -> NDArray[np.int8]:
    """Return FLIPS rows of random signs, an array (FLIPS, width)."""
    return (1 - 2 * np.random.default_rng(SEED).integers(0, 2, (FLIPS, width), dtype=np.int8)).astype(np.int8)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values as Holm corrects them (1979), in their order.

    Called significant where at most 0.05, all of them together raise a false alarm in at most 5 % of the cases.
    """
    count, order = len(p_values), sorted(range(len(p_values)), key=p_values.__getitem__)
    steps = [min(p_values[index] * (count - rank), 1.0) for rank, index in enumerate(order)]
    corrected = dict(zip(order, accumulate(steps, max), strict=True))
    return [corrected[index] for index in range(count)]
