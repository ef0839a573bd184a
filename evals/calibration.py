"""The threshold report: how far a confidence can be trusted, and which threshold on it keeps a stated risk.

Everything is a function of two sets of answers: a threshold is fitted on the first and verified on the second.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from typing_extensions import TypedDict

from evals.drift import Drift, confidence_drift, route_drift
from evals.records import Metric
from evals.statistics.calibration import BINS, Guess, brier, ece
from evals.statistics.intervals import DIGITS, estimate, wilson
from evals.thresholds import Answered, Fitted, Point, curve, fewest_for, fit, point_at

BOUND = "one-sided 95 % Clopper-Pearson"
COVERAGES = 20  # rows of risk against coverage


class Bin(TypedDict):
    """A bin of the reliability curve: messages with a confidence from `low` to `high`; None where there are none."""

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: Metric


class Step(TypedDict):
    """The counts at a threshold; `upper` is the upper 95 % bound of the risk."""

    threshold: float
    alone: int
    errors: int
    coverage: float
    risk: float | None
    upper: float
    to_people_per_thousand: int


class SetSummary(TypedDict):
    """One set: its messages, those without an answer, and how well its confidences are calibrated."""

    messages: int
    unanswered: int
    accuracy: Metric
    confidence: float | None
    ece: Metric
    brier: Metric


class DriftSummary(TypedDict):
    """A population stability index, what chance stays below, and its reading."""

    psi: float
    by_chance: float
    reading: str


class Threshold(TypedDict):
    """A fitted threshold on both sets; `excess` is how far the bound on the second is over the risk, 0 within it."""

    value: float
    chance_of_confirmation: float
    fit: Step
    verify: Step
    within: bool
    excess: float


class CalibrationReport(TypedDict):
    """What `baton eval calibrate --json` prints; its keys are a contract. Both curves are of the second set."""

    subject: str
    fitted_on: str
    verified_on: str
    risk: float
    bound: str
    sets: dict[str, SetSummary]
    reliability: list[Bin]
    risk_coverage: list[Step]
    threshold: Threshold | None
    drift: dict[str, DriftSummary]
    verdict: str


@dataclass(frozen=True, slots=True)
class AnsweredSet:
    """A set of answers with its name, and how many of its messages got none."""

    name: str
    answers: Sequence[Answered]
    unanswered: int = 0


def calibration_report(subject: str, first: AnsweredSet, second: AnsweredSet, risk: float) -> CalibrationReport:
    """Return the report on the answers of a graph or a model; both sets have at least one answer."""
    fitted = fit(first.answers, risk, len(second.answers))
    threshold = _threshold(fitted, second.answers, risk) if fitted else None
    drifts = {"confidence": confidence_drift, "routes": route_drift}
    return {
        "subject": subject,
        "fitted_on": first.name,
        "verified_on": second.name,
        "risk": risk,
        "bound": BOUND,
        "sets": {"fit": set_summary(first), "verify": set_summary(second)},
        "reliability": reliability(second.answers),
        "risk_coverage": [step(each) for each in _thinned(curve(second.answers))],
        "threshold": threshold,
        "drift": {name: _drift(measure(first.answers, second.answers)) for name, measure in drifts.items()},
        "verdict": verdict(threshold, first, risk),
    }


def set_summary(one: AnsweredSet) -> SetSummary:
    """Return the accuracy and the calibration of a set."""
    guesses = [Guess(each.confidence, each.right) for each in one.answers]
    mean = sum(each.confidence for each in guesses) / len(guesses) if guesses else None
    return {
        "messages": len(guesses) + one.unanswered,
        "unanswered": one.unanswered,
        "accuracy": estimate([each.right for each in guesses]).as_object(),
        "confidence": mean and round(mean, DIGITS),
        "ece": ece(guesses).as_object(),
        "brier": brier(guesses).as_object(),
    }


def reliability(answers: Sequence[Answered]) -> list[Bin]:
    """Return the reliability curve: ten equal bins of confidence, each with its accuracy and Wilson's interval."""
    bins: list[list[Answered]] = [[] for _ in range(BINS)]
    for each in answers:
        bins[min(int(each.confidence * BINS), BINS - 1)].append(each)
    return [
        {
            "low": number / BINS,
            "high": (number + 1) / BINS,
            "n": len(members),
            "confidence": round(sum(each.confidence for each in members) / len(members), DIGITS) if members else None,
            "accuracy": wilson(sum(each.right for each in members), len(members)).as_object(),
        }
        for number, members in enumerate(bins)
    ]


def step(point: Point) -> Step:
    """Return the counts at a threshold with what follows from them, rounded."""
    return {
        "threshold": point.threshold,
        "alone": point.alone,
        "errors": point.errors,
        "coverage": round(point.coverage, DIGITS),
        "risk": None if point.risk is None else round(point.risk, DIGITS),
        "upper": round(point.upper, DIGITS),
        "to_people_per_thousand": round(1000 * (1 - point.coverage)),
    }


def verdict(threshold: Threshold | None, first: AnsweredSet, risk: float) -> str:
    """Return in words whether the risk was kept on the second set, or by how much it was not."""
    if threshold is None:
        return _no_threshold(first, risk)
    at, value = threshold["verify"], threshold["value"]
    if not at["alone"]:
        return f"At {value:g} the desk works no message of the second set alone, so nothing is verified."
    counted = f"At {value:g} the desk works {at['alone']} messages of the second set alone and sends {at['errors']}"
    bound = f"{counted} the wrong way ({at['risk']:.1%}); the upper 95 % bound of the risk is {at['upper']:.1%}"
    if threshold["within"]:
        return f"{bound}, which is within the stated {risk:.1%}."
    return (
        f"{bound}, which is {100 * threshold['excess']:.1f} points over the stated {risk:.1%}."
        " Fit on more messages, or state a higher risk."
    )


def _no_threshold(first: AnsweredSet, risk: float) -> str:
    lowest = min((each.upper for each in curve(first.answers)), default=1.0)
    return (
        f"No threshold keeps the risk within {risk:.1%}: the lowest upper 95 % bound of the first set is {lowest:.1%}."
        f" {fewest_for(risk)} messages without an error are the fewest that could show it."
    )


def _threshold(fitted: Fitted, second: Sequence[Answered], risk: float) -> Threshold:
    verified = point_at(second, fitted.point.threshold)
    return {
        "value": fitted.point.threshold,
        "chance_of_confirmation": round(fitted.chance, DIGITS),
        "fit": step(fitted.point),
        "verify": step(verified),
        "within": verified.upper <= risk,
        "excess": round(max(verified.upper - risk, 0.0), DIGITS),
    }


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Return about twenty of the points, the last among them."""
    every = max(1, -(-len(points) // COVERAGES))
    return list(points[::-1][::every])[::-1]


def _drift(measured: Drift) -> DriftSummary:
    fields = asdict(measured)
    return {
        "psi": round(fields["psi"], DIGITS),
        "by_chance": round(fields["by_chance"], DIGITS),
        "reading": measured.reading,
    }
