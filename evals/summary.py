"""The summary of an experiment: its cells' results as metrics with intervals. Functions of values."""

from collections.abc import Iterable, Sequence
from typing import Any

from evals.cells import Experiment
from evals.confidence import Guess, accuracy_top60, brier, ece
from evals.records import ExperimentSummary, JudgedCell, Latency, Metric, Scores
from evals.statistics import Estimate, estimate, percentile

ERRORS = ("failed", "dead_lettered")
"""The statuses of runs without an answer, which is not the same as a wrong answer."""


def experiment_summary(experiment: Experiment, results: Sequence[JudgedCell]) -> ExperimentSummary:
    """Return the object that `baton eval run --json` prints; errors count towards no metric's `n`."""
    answers = [each for each in results if each["status"] not in ERRORS]
    return {
        "experiment": experiment.experiment_id,
        "graph": experiment.graph,
        "dataset": experiment.dataset,
        "examples": experiment.examples,
        "completed": len(answers),
        "errors": len(results) - len(answers),
        "metrics": _objects(metrics(answers)),
        "steps": {step: _objects(_means(scores)) for step, scores in _by_step(answers).items()},
        "latency_ms": _latency([each["latency_ms"] for each in answers]),
        "tokens_per_run": _mean([each["tokens"] for each in answers], 1),
        "cost_usd_per_run": _mean([each["cost_usd"] for each in answers], 6),
    }


def metrics(answers: Sequence[JudgedCell]) -> dict[str, Estimate]:
    """Return all metrics of the answers for which the dataset has expectations and the graph has values."""
    estimates = _means([each["scores"] for each in answers])
    routed = [each for each in answers if "route" in each["scores"]]
    guesses = [
        Guess(each["confidence"], bool(each["scores"]["route"])) for each in routed if each["confidence"] is not None
    ]
    if guesses:
        estimates |= {"ece": ece(guesses), "brier": brier(guesses), "accuracy_top60": accuracy_top60(guesses)}
    if answers:
        people = estimate([_to_person(each) for each in answers])
        estimates |= {"to_person": people, "coverage": estimate([not _to_person(each) for each in answers])}
    if routed:
        alone = [each["scores"]["route"] for each in routed if not _to_person(each)]
        estimates["selective_accuracy"] = estimate(alone)
    return estimates


def _to_person(result: JudgedCell) -> bool:
    return bool(result["outcome"] == "escalated")


def _means(scores: Iterable[Scores]) -> dict[str, Estimate]:
    """Return the mean of each score over the examples that have it."""
    values: dict[str, list[Any]] = {}
    for each in scores:
        for name, value in each.items():
            values.setdefault(name, []).append(value)
    return {name: estimate(each) for name, each in values.items()}


def _by_step(answers: Sequence[JudgedCell]) -> dict[str, list[Scores]]:
    """Return the scores of each step, of all runs that have them."""
    steps: dict[str, list[Scores]] = {}
    for each in answers:
        for step, scores in each["steps"].items():
            steps.setdefault(step, []).append(scores)
    return steps


def _objects(estimates: dict[str, Estimate]) -> dict[str, Metric]:
    return {name: each.as_object() for name, each in estimates.items()}


def _latency(values: Sequence[float]) -> Latency:
    quantiles = (percentile(values, share) for share in (0.5, 0.95))
    p50, p95 = (value if value is None else round(value, 1) for value in quantiles)
    return {"p50": p50, "p95": p95}


def _mean(values: Sequence[float | None], digits: int) -> float | None:
    """Return the rounded mean; None where a value is not known, or without values."""
    numbers = [value for value in values if value is not None]
    return round(sum(numbers) / len(numbers), digits) if numbers and len(numbers) == len(values) else None
