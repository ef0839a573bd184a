"""The records of experiments: results as their rows hold them, and the object that `baton eval run --json` prints."""

from dataclasses import dataclass

from typing_extensions import TypedDict

from baton.storage.records import Status

Scores = dict[str, bool | float]
"""Scores by name: true or false counts towards a proportion, a number from 0 to 1 towards a mean."""


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

    `confidence`, `outcome` and `route` are None where the run gave no answer; `cost_usd` where a price is not known.
    """

    scores: Scores
    steps: dict[str, Scores]
    confidence: float | None
    outcome: str | None
    route: str | None
    latency_ms: float
    tokens: int
    cost_usd: float | None
    error: str | None


class JudgedCell(CellResult):
    """A cell's result with the status of its run."""

    status: Status


class Metric(TypedDict):
    """A mean with its 95 % interval, over `n` examples; None where there are too few."""

    mean: float | None
    ci95: list[float | None]
    n: int


class Latency(TypedDict):
    """Quantiles of the runs' latencies in milliseconds; None without runs."""

    p50: float | None
    p95: float | None


class ExperimentSummary(TypedDict):
    """The result of an experiment; its keys are a contract. Runs with an error count towards no metric's `n`."""

    experiment: str
    graph: str
    dataset: str
    examples: int
    completed: int
    errors: int
    metrics: dict[str, Metric]
    steps: dict[str, dict[str, Metric]]
    latency_ms: Latency
    tokens_per_run: float | None
    cost_usd_per_run: float | None
