"""The figures of one graph in a bake-off, from its judged runs. Functions of values."""

from collections.abc import Callable, Sequence

import numpy as np

from evals.bakeoff.records import GraphFigures
from evals.bakeoff.targets import Target
from evals.cells import Experiment
from evals.comparison.verdicts import rounded
from evals.records import JudgedCell, Metric
from evals.statistics.intervals import Floats, bootstrap
from evals.summary import clustered, is_error

Statistic = Callable[[Floats], float]


def graph_figures(
    experiment: Experiment, results: Sequence[JudgedCell], metric: str, targets: Sequence[Target]
) -> GraphFigures:
    """Return the figures of a graph, and how it stands to the targets."""
    answers = [each for each in results if not is_error(each)]
    costs = [each["cost_usd"] for each in answers if each["cost_usd"] is not None]
    judged = [(each["example_id"], each["scores"][metric]) for each in answers if metric in each["scores"]]
    figures: GraphFigures = {
        "graph": experiment.graph,
        "experiment": experiment.experiment_id,
        "completed": len(answers),
        "errors": len(results) - len(answers),
        "primary": clustered(judged).as_object(),
        "tokens": _measured([each["tokens"] for each in answers], _mean),
        "tokens_each": _tokens_each(answers, metric),
        "p50_ms": _measured([each["latency_ms"] for each in answers], _quantile(0.5)),
        "p95_ms": _measured([each["latency_ms"] for each in answers], _quantile(0.95)),
        "cost_usd": _measured(costs, _mean) if costs and len(costs) == len(answers) else None,
        "harm": sum(bool(each["scores"].get("harm")) for each in answers),
        "targets": {},
        "to_best": None,
    }
    return {**figures, "targets": {each.name: each.standing(figure_of(figures, each.name)) for each in targets}}


def figure_of(figures: GraphFigures, name: str) -> Metric | None:
    """Return the figure that a target is about; a count of harms has no interval. None where it is not known."""
    if name == "harm":
        return {"mean": figures["harm"], "ci95": [None, None], "n": figures["completed"]}
    measures = {key: figures[key] for key in ("tokens", "p50_ms", "p95_ms", "cost_usd")}
    return measures.get(name, figures["primary"])


def _measured(values: Sequence[float], statistic: Statistic) -> Metric:
    """Return a statistic of the runs with its bootstrap interval, in units of its own."""
    found = bootstrap(np.array(values, dtype=float), statistic)
    mean, low, high = (None if each is None else rounded(each) for each in (found.mean, found.low, found.high))
    return {"mean": mean, "ci95": [low, high], "n": found.n}


def _mean(values: Floats) -> float:
    return float(values.mean())


def _quantile(share: float) -> Statistic:
    return lambda values: float(np.quantile(values, share))


def _tokens_each(answers: Sequence[JudgedCell], metric: str) -> float | None:
    """Return the tokens of all runs that the metric judges, for each unit of it."""
    judged = [each for each in answers if metric in each["scores"]]
    right = sum(float(each["scores"][metric]) for each in judged)
    return round(sum(each["tokens"] for each in judged) / right, 1) if right else None
