"""The summary of an experiment: its cells' results as metrics with intervals. Functions of values."""

from collections import Counter
from collections.abc import Iterable, Sequence

from evals.agreement import judge_report
from evals.cells import Experiment
from evals.records import ExperimentEntry, ExperimentSummary, JudgedCell, Latency, Metric, Scores
from evals.statistics.calibration import Guess, accuracy_top60, brier, ece
from evals.statistics.intervals import Estimate, estimate, percentile

GAVE_UP = {"gate", "bad_answer", "cap_reached"}
"""Reasons for which a graph itself gives up on a message: its answer is wrong, and the machinery is not to blame."""


def is_error(result: JudgedCell) -> bool:
    """Return whether the machinery failed a run, which is not the same as a wrong answer."""
    return result["status"] == "failed" or (result["status"] == "dead_lettered" and result["reason"] not in GAVE_UP)


def experiment_summary(experiment: Experiment, results: Sequence[JudgedCell]) -> ExperimentSummary:
    """Return the object that `baton eval run --json` prints; errors count towards no metric's `n`."""
    answers = [each for each in results if not is_error(each)]
    tokens, done = [each["tokens"] for each in answers], sum(bool(_completion(each)) for each in answers)
    return {
        "experiment": experiment.experiment_id,
        "graph": experiment.graph,
        "dataset": experiment.dataset,
        "split": experiment.split,
        "models": experiment.models,
        "examples": experiment.examples,
        "repetitions": experiment.repetitions,
        "completed": len(answers),
        "errors": len(results) - len(answers),
        "metrics": _objects(metrics(answers)),
        "steps": {step: _objects(_means(scores)) for step, scores in _by_step(answers).items()},
        "latency_ms": _latency([each["latency_ms"] for each in answers]),
        "blame": dict(Counter(each["blame"] for each in answers if each["blame"]).most_common()),
        "tokens_per_run": _mean(tokens, 1),
        "tokens_per_completed_task": round(sum(tokens) / done, 1) if done else None,
        "cost_usd_per_run": _mean([each["cost_usd"] for each in answers], 6),
        "judge": judge_report(results),
    }


def experiment_entry(experiment: Experiment, results: Sequence[JudgedCell]) -> ExperimentEntry:
    """Return the entry of an experiment in a list."""
    scored = [(each["example_id"], each["scores"]) for each in results if not is_error(each)]
    completion = _means(scored).get("task_completion")
    return {
        "experiment": experiment.experiment_id,
        "graph": experiment.graph,
        "dataset": experiment.dataset,
        "split": experiment.split,
        "models": experiment.models,
        "created_at": experiment.created_at,
        "examples": experiment.examples,
        "repetitions": experiment.repetitions,
        "unjudged": experiment.unjudged,
        "errors": len(results) - len(scored),
        "task_completion": None if completion is None else completion.as_object(),
    }


def metrics(answers: Sequence[JudgedCell]) -> dict[str, Estimate]:
    """Return all metrics of the answers for which the dataset has expectations and the graph has values."""
    estimates = _means([(each["example_id"], each["scores"]) for each in answers])
    routed = [each for each in answers if "route" in each["scores"]]
    guesses = [
        Guess(each["confidence"], bool(each["scores"]["route"])) for each in routed if each["confidence"] is not None
    ]
    if guesses:
        estimates |= {"ece": ece(guesses), "brier": brier(guesses), "accuracy_top60": accuracy_top60(guesses)}
    people = [
        (each["example_id"], Scores(to_person=_to_person(each), coverage=not _to_person(each))) for each in answers
    ]
    estimates |= _means(people)
    if routed:
        alone = [(each["example_id"], bool(each["scores"]["route"])) for each in routed if not _to_person(each)]
        estimates["selective_accuracy"] = clustered(alone)
    return estimates


def clustered(values: Sequence[tuple[str, bool | float]]) -> Estimate:
    """Return the mean of values, each with the id of its example: the repetitions of an example are one observation.

    Where all repetitions of every example agree, they are as good as one: resampling values that are all alike would
    give an interval of no width.
    """
    examples: dict[str, list[bool | float]] = {}
    for example_id, value in values:
        examples.setdefault(example_id, []).append(value)
    if all(len(set(each)) == 1 for each in examples.values()):
        return estimate([each[0] for each in examples.values()])
    return estimate([float(sum(each)) / len(each) for each in examples.values()])


def _completion(result: JudgedCell) -> bool | float:
    return result["scores"].get("task_completion", False)


def _to_person(result: JudgedCell) -> bool:
    return result["outcome"] in (None, "escalated")


def _means(scores: Iterable[tuple[str, Scores]]) -> dict[str, Estimate]:
    """Return the mean of each score over the examples that have it."""
    values: dict[str, list[tuple[str, bool | float]]] = {}
    for example_id, each in scores:
        for name, value in each.items():
            values.setdefault(name, []).append((example_id, value))
    return {name: clustered(each) for name, each in values.items()}


def _by_step(answers: Sequence[JudgedCell]) -> dict[str, list[tuple[str, Scores]]]:
    """Return the scores of each step, of all runs that have them, each with its example."""
    steps: dict[str, list[tuple[str, Scores]]] = {}
    for each in answers:
        for step, scores in each["steps"].items():
            steps.setdefault(step, []).append((each["example_id"], scores))
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
