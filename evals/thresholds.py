"""Thresholds of confidence: fitted on one set of answers so that the risk is kept, verified on another.

The risk is the share of wrong routes among the messages that the desk works alone. It hands to a person what is below
the threshold, and what is not for the desk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log, log1p

import numpy as np

from desk.records import OTHER
from evals.binomial import ALPHA, at_most, chance_of_confirmation, upper_bound
from evals.records import JudgedCell
from evals.summary import is_error

ASSURANCE = 0.9
"""The wanted chance that a second set confirms a threshold. Where the bound of the first just keeps the risk, a second
confirms it about every other time: its own luck is added."""

CANDIDATES = 100
DIGITS = 4  # of a threshold, as it is set


@dataclass(frozen=True, slots=True)
class Answered:
    """One answered message: its route, the confidence in it (0 to 1), and whether it is right."""

    route: str
    confidence: float
    right: bool

    def is_alone(self, threshold: float) -> bool:
        """Whether the desk works it without a person."""
        return self.confidence >= threshold and self.route != OTHER


@dataclass(frozen=True, slots=True)
class Point:
    """The counts at a threshold: of `messages` the desk works `alone` so many, and sends `errors` of those wrong."""

    threshold: float
    messages: int
    alone: int
    errors: int

    @property
    def coverage(self) -> float:
        """The share of all messages that the desk works alone."""
        return self.alone / self.messages if self.messages else 0.0

    @property
    def risk(self) -> float | None:
        """The share of errors among them; None without any."""
        return self.errors / self.alone if self.alone else None

    @property
    def upper(self) -> float:
        """The upper 95 % bound of the risk; 1 without any."""
        return upper_bound(self.errors, self.alone)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A threshold with its counts on the set it was fitted on, and the chance that the other set confirms it."""

    point: Point
    chance: float


def answered(result: JudgedCell) -> Answered | None:
    """Return the answer of an experiment's cell; None where it has no route or no confidence."""
    route, confidence = result["route"], result["confidence"]
    if is_error(result) or route is None or confidence is None:
        return None
    return Answered(route, confidence, bool(result["scores"].get("route")))


def point_at(answers: Sequence[Answered], threshold: float) -> Point:
    """Return the counts at a threshold."""
    alone = [each for each in answers if each.is_alone(threshold)]
    return Point(threshold, len(answers), len(alone), sum(not each.right for each in alone))


def curve(answers: Sequence[Answered]) -> list[Point]:
    """Return the counts at up to a hundred thresholds, from the strictest to the one that nothing fails.

    They lie at equal steps of coverage, so that they are chosen by the confidences alone, never by what was right.
    """
    routed = sorted((each for each in answers if each.route != OTHER), key=lambda each: -each.confidence)
    if not routed:
        return []
    confidences = np.array([each.confidence for each in routed])
    wrong = np.cumsum([not each.right for each in routed])
    steps = np.linspace(0, len(routed) - 1, min(CANDIDATES, len(routed))).astype(int)
    thresholds = sorted({_rounded_down(float(confidences[step])) for step in steps}, reverse=True)
    alone = np.searchsorted(-confidences, [-each for each in thresholds], side="right")
    counts = zip(thresholds, alone.tolist(), wrong[alone - 1].tolist(), strict=True)
    return [Point(threshold, len(answers), count, errors) for threshold, count, errors in counts]


def fit(answers: Sequence[Answered], risk: float, others: int) -> Fitted | None:
    """Return the lowest threshold that keeps the risk and is likely to be confirmed on `others` further messages.

    It keeps the risk where the upper bound is within it, and it is likely where the chance is `ASSURANCE`. Where no
    threshold is likely, the one with the best chance is returned; where none keeps the risk, None.
    """
    kept = [each for each in curve(answers) if at_most(each.errors, each.alone, risk) <= ALPHA]
    fitted = [Fitted(each, _chance(each, risk, others)) for each in kept]
    likely = [each for each in fitted if each.chance >= ASSURANCE]
    if likely:
        return likely[-1]
    return max(fitted, key=lambda each: (each.chance, each.point.threshold), default=None)


def _chance(point: Point, risk: float, others: int) -> float:
    return chance_of_confirmation(point.errors, point.alone, round(point.coverage * others), risk)


def _rounded_down(confidence: float) -> float:
    """Return a threshold that this confidence reaches, in as many digits as people set."""
    threshold = round(confidence, DIGITS)
    return threshold if threshold <= confidence else ceil(confidence * 10**DIGITS - 1) / 10**DIGITS


def fewest_for(risk: float) -> int:
    """Return how many messages without an error it takes for the upper bound to be within the risk."""
    return ceil(log(ALPHA) / log1p(-risk))
