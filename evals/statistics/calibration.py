"""Measures of confidence: calibration, and accuracy among the surest answers. Functions of values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.statistics.intervals import Estimate, Floats, bootstrap, wilson

BINS = 10
TOP_PERCENT = 60


@dataclass(frozen=True, slots=True)
class Guess:
    """An answered route: the graph's confidence (0 to 1), and whether the route was right."""

    confidence: float
    right: bool


def ece(guesses: Sequence[Guess]) -> Estimate:
    """Return the expected calibration error over ten equal bins, weighted by their guesses (Naeini et al. 2015)."""
    return bootstrap(_pairs(guesses), _ece)


def brier(guesses: Sequence[Guess]) -> Estimate:
    """Return the mean squared distance of the confidence from the result, 1 or 0 (Brier 1950)."""
    return bootstrap(_pairs(guesses), lambda pairs: float(((pairs[:, 0] - pairs[:, 1]) ** 2).mean()))


def accuracy_top60(guesses: Sequence[Guess]) -> Estimate:
    """Return the accuracy among the 60 % with the highest confidence; of equals, the earlier ones."""
    most = -(-len(guesses) * TOP_PERCENT // 100)
    top = sorted(guesses, key=lambda guess: -guess.confidence)[:most]
    return wilson(sum(guess.right for guess in top), most)


def _pairs(guesses: Sequence[Guess]) -> Floats:
    """Return an array (n, 2), a row for each guess: its confidence, and 1 or 0."""
    return np.array([(guess.confidence, guess.right) for guess in guesses], dtype=float).reshape(-1, 2)


def _ece(pairs: Floats) -> float:
    bins = np.minimum((pairs[:, 0] * BINS).astype(int), BINS - 1)  # [0, 0.1), ..., [0.9, 1]
    gaps = np.bincount(bins, weights=pairs[:, 0] - pairs[:, 1], minlength=BINS)
    return float(np.abs(gaps).sum() / len(pairs))
