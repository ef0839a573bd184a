"""Drift between two sets of answers: how much their confidences and their routes differ. Functions of values.

The population stability index is the sum over the bins of `(p - q) * ln(p / q)`, for the shares p and q of the two sets
(Jeffreys' divergence). Its rules of thumb, 0.1 and 0.25, take no account of the sizes of the sets: two samples of the
same messages differ too. So what chance alone gives is found first, by dealing the answers out anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals.statistics.intervals import SEED, Floats
from evals.thresholds import Answered

Reading = Literal["no more than chance", "small", "moderate", "large"]
SMALL, MODERATE = 0.1, 0.25
BINS = 10
DEALS = 500
CHANCE = 0.95
HALF = 0.5  # added to each count, so that an empty bin has a logarithm


@dataclass(frozen=True, slots=True)
class Drift:
    """The index, the value that chance stays below in 95 % of deals, and what the two say together."""

    psi: float
    by_chance: float
    reading: Reading


def confidence_drift(first: Sequence[Answered], second: Sequence[Answered]) -> Drift:
    """Return the drift of the confidences, in ten bins that hold as many of the first set each."""
    confidences = np.array([each.confidence for each in (*first, *second)])
    edges = np.quantile(confidences[: len(first)], np.linspace(0, 1, BINS + 1)[1:-1])
    return drift(np.searchsorted(edges, confidences, side="right"), len(first))


def route_drift(first: Sequence[Answered], second: Sequence[Answered]) -> Drift:
    """Return the drift of the routes that were chosen, a bin for each."""
    routes = [each.route for each in (*first, *second)]
    return drift(np.unique(routes, return_inverse=True)[1], len(first))


def drift(bins: NDArray[np.intp], size: int) -> Drift:
    """Return the drift between the first `size` and the others of these bin numbers."""
    index, random = _index(bins, size), np.random.default_rng(SEED)
    by_chance = float(np.quantile([_index(random.permutation(bins), size) for _ in range(DEALS)], CHANCE))
    return Drift(index, by_chance, _reading(index, by_chance))


def _reading(index: float, by_chance: float) -> Reading:
    if index <= by_chance:
        return "no more than chance"
    if index < SMALL:
        return "small"
    return "moderate" if index < MODERATE else "large"


def _index(bins: NDArray[np.intp], size: int) -> float:
    count = int(bins.max()) + 1
    p, q = (_shares(each, count) for each in (bins[:size], bins[size:]))
    return float(((p - q) * np.log(p / q)).sum())


def _shares(bins: NDArray[np.intp], count: int) -> Floats:
    counts = np.bincount(bins, minlength=count) + HALF
    shares: Floats = counts / counts.sum()
    return shares
