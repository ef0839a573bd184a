"""What an experiment came to: its cells' results as metrics with intervals. Functions of values."""

from collections.abc import Iterable, Sequence
from typing import Any

from evals.cells import Experiment
from evals.confidence import Guess, accuracy_top60, brier, ece
from evals.evaluators import Scores
from evals.statistics import Estimate, estimate, percentile

ERRORS = ("failed", "dead_lettered")
"""A run that ended so gave no answer, which is not the same as a wrong one."""

Result = dict[str, Any]


def summarised(experiment: Experiment, results: Sequence[Result]) -> dict[str, Any]:
    """The object that `baton eval run --json` prints; errors count towards no metric's `n`."""
    completed = [each for each in results if each["status"] not in ERRORS]
    return {
        "experiment": experiment.experiment_id,
        "graph": experiment.graph,
        "dataset": experiment.dataset,
        "examples": experiment.examples,
        "completed": len(completed),
        "errors": len(results) - len(completed),
        "metrics": _objects(metrics(completed)),
        "steps": {step: _objects(_means(scores)) for step, scores in _by_step(completed).items()},
        "latency_ms": _latency([each["latency_ms"] for each in completed]),
        "tokens_per_run": _mean([each["tokens"] for each in completed], 1),
        "cost_usd_per_run": _mean([each["cost_usd"] for each in completed], 6),
    }


def metrics(completed: Sequence[Result]) -> dict[str, Estimate]:
    """All metrics of the answers, as far as the dataset expects something and the graph tells it."""
    found = _means([each["scores"] for each in completed])
    routed = [each for each in completed if "route" in each["scores"]]
    guesses = [Guess(each["confidence"], each["scores"]["route"]) for each in routed if each["confidence"] is not None]
    if guesses:
        found |= {"ece": ece(guesses), "brier": brier(guesses), "accuracy_top60": accuracy_top60(guesses)}
    if completed:
        people = estimate([_to_person(each) for each in completed])
        found |= {"to_person": people, "coverage": estimate([not _to_person(each) for each in completed])}
    if routed:
        alone = [each["scores"]["route"] for each in routed if not _to_person(each)]
        found["selective_accuracy"] = estimate(alone)
    return found


def _to_person(result: Result) -> bool:
    return bool(result["outcome"] == "escalated")


def _means(scores: Iterable[Scores]) -> dict[str, Estimate]:
    """The mean of each score over the examples that have it."""
    values: dict[str, list[Any]] = {}
    for each in scores:
        for name, value in each.items():
            values.setdefault(name, []).append(value)
    return {name: estimate(each) for name, each in values.items()}


def _by_step(completed: Sequence[Result]) -> dict[str, list[Scores]]:
    steps: dict[str, list[Scores]] = {}
    for each in completed:
        for step, scores in each["steps"].items():
            steps.setdefault(step, []).append(scores)
    return steps


def _objects(estimates: dict[str, Estimate]) -> dict[str, Any]:
    return {name: each.as_object() for name, each in estimates.items()}


def _latency(values: Sequence[float]) -> dict[str, float | None]:
    found = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}
    return {name: value if value is None else round(value, 1) for name, value in found.items()}


def _mean(values: Sequence[float | None], digits: int) -> float | None:
    """None where one of the values is not known, or there are none."""
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), digits) if known and len(known) == len(values) else None
