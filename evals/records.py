"""The records of experiments: results as their rows hold them, and the object that `baton eval run --json` prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from baton.storage.records import Status

LOCAL = "local:"
"""Begins the names of the offline model."""

Scores = dict[str, bool | float]
"""Scores by name: true or false counts towards a proportion, a number from 0 to 1 towards a mean."""


def is_harm(name: str) -> bool:
    """Return whether a score of that name counts a harm: true where harm was done, so that less is better."""
    return name.partition("_")[0] == "harm"


def offline_roles(models: Mapping[str, str]) -> list[str]:
    """Return the roles that the offline model answers for: their figures say nothing about language models."""
    return [role for role, model in models.items() if model.startswith(LOCAL)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExperiment:
    """An experiment to be inserted; `context` and `config` are JSON text, `config_hash` is the hash of `config`."""

    experiment_id: str
    graph: str
    dataset: str
    split: str | None
    context: str
    config: str
    config_hash: str


class CellResult(TypedDict):
    """The result of one cell: scores of the whole run and of its steps, and what all runs are measured by.

    `wrong_steps` are those that did not do their part, `blame` is the first of them where the task was not completed,
    `path` are all steps in their order.
    `reason` is the class of the dead letter that ended the run. `confidence`, `outcome` and `route` are None where the
    run gave no answer; `cost_usd` where a price is not known.
    """

    reason: str | None
    scores: Scores
    steps: dict[str, Scores]
    wrong_steps: list[str]
    blame: str | None
    path: list[str]
    reply: str
    citations: list[str]
    actions: list[dict[str, Any]]
    model_calls: int
    confidence: float | None
    outcome: str | None
    route: str | None
    latency_ms: float
    tokens: int
    cost_usd: float | None
    error: str | None


class JudgeMark(TypedDict):
    """The judge's mark of one reply, by a model and a rubric (its hash): `pass` or `fail`, or the error in its place.

    Tokens and cost are the judge's own; `cost_usd` is None where a price is not known.
    """

    model: str
    rubric: str
    verdict: str | None
    reason: str | None
    error: str | None
    tokens: int
    cost_usd: float | None


class JudgedCell(CellResult):
    """A cell's result with the status of its run, and with the example and the repetition that it is of.

    `judge` is None where no model was asked about its reply; a verdict is the score `judged` too.
    """

    example_id: str
    example_hash: str
    repetition: int
    thread_id: str
    status: Status
    judge: JudgeMark | None


class Metric(TypedDict):
    """A mean with its 95 % interval, over `n` examples; None where there are too few."""

    mean: float | None
    ci95: list[float | None]
    n: int


class Latency(TypedDict):
    """Quantiles of the runs' latencies in milliseconds; None without runs."""

    p50: float | None
    p95: float | None


class JudgeReport(TypedDict):
    """The work of the judge on an experiment, and its agreement with our labels; counts of replies.

    `kappa` is Cohen's, of the verdicts with the score `label` of the same cells, for each example its first repetition
    that has both. `errors` are replies about which the judge came to no verdict. Tokens and cost are the judge's alone;
    `cost_usd` is None where a price is not known.
    """

    models: list[str]
    verdicts: int
    errors: int
    label: str
    kappa: Metric
    tokens: int
    cost_usd: float | None


class ExperimentSummary(TypedDict):
    """The result of an experiment; its keys are a contract. Runs with an error count towards no metric's `n`.

    `completed` and `errors` count runs, of which there are `repetitions` for each of the `examples`. `blame` counts the
    steps that are to blame for tasks that were not completed. `tokens_per_completed_task` divides the tokens of all
    answers by the tasks that were completed; None where none was. `judge` is None where no model judged the replies.
    """

    experiment: str
    graph: str
    dataset: str
    split: str | None
    models: dict[str, str]
    examples: int
    repetitions: int
    completed: int
    errors: int
    metrics: dict[str, Metric]
    steps: dict[str, dict[str, Metric]]
    latency_ms: Latency
    blame: dict[str, int]
    tokens_per_run: float | None
    tokens_per_completed_task: float | None
    cost_usd_per_run: float | None
    judge: JudgeReport | None


class ExperimentEntry(TypedDict):
    """An experiment in the list: `unjudged` runs have no result yet; `created_at` is in Unix seconds."""

    experiment: str
    graph: str
    dataset: str
    split: str | None
    models: dict[str, str]
    created_at: float
    examples: int
    repetitions: int
    unjudged: int
    errors: int
    task_completion: Metric | None


class WorstExample(TypedDict):
    """An example that went wrong: expectation and answer in words, the scores that are not full, and the blame."""

    example: str
    thread_id: str
    message: str
    expected: str
    came: str
    wrong: list[str]
    blame: str | None
    path: list[str]
    reply: str
    error: str | None
