"""The records of a report: what `baton eval report --format json` prints; its keys are a contract."""

from dataclasses import dataclass
from typing import Any, Literal

from typing_extensions import TypedDict

from baton.storage.records import StepAttempt
from evals.cells import Experiment
from evals.comparison.records import Comparison
from evals.examples import Example
from evals.records import ExperimentSummary, JudgedCell, Metric, WorstExample

Kind = Literal["outcome", "route", "tag"]
"""What examples are divided by: the expected outcome, the expected route, and each tag that they carry."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a report of one experiment is made of; `steps` are those of runs whose file is still there."""

    experiment: Experiment
    examples: list[Example]
    results: list[JudgedCell]
    steps: dict[str, list[StepAttempt]]


class Report(TypedDict):
    """A report of one or more experiments; all times are ISO 8601 in UTC."""

    made_at: str
    experiments: list["ExperimentReport"]
    comparisons: list["Pairing"]


class Pairing(TypedDict):
    """The comparison of experiment `b` with the first one, `a`; where there is none, `refused` says why."""

    a: str
    b: str
    comparison: Comparison | None
    refused: str | None


class ExperimentReport(TypedDict):
    """One experiment: its summary as `baton eval run --json` prints it, and what stands around the figures.

    `primary` is the metric that slices show, None where nothing was scored. `offline` lists the roles that the offline
    model played. `unjudged` runs have no result yet. `splits` are the halves of the dataset that its examples are of.
    `error_rate` is over all runs that ended, and `harmed` counts the answers that did harm.
    """

    summary: ExperimentSummary
    begun_at: str
    config_hash: str
    context: dict[str, Any]
    offline: list[str]
    unjudged: int
    splits: list[str]
    primary: str | None
    counts: dict[Kind, dict[str, int]]
    harmed: int
    error_rate: Metric
    complaints: list["Complaint"]
    slices: list["Slice"]
    worst: list["WorstRun"]


class Complaint(TypedDict):
    """An error by which runs ended without an answer, and how many did."""

    error: str
    runs: int


class Slice(TypedDict):
    """The primary metric over the examples of one kind; `n` of its metric counts them."""

    kind: Kind
    name: str
    metric: Metric


class WorstRun(WorstExample):
    """One of the worst examples; `steps` is empty where the file of the runs no longer has them."""

    steps: list["StepLine"]


class StepLine(TypedDict):
    """A step attempt of a run, in a line; `is_blamed` marks the first step that went wrong."""

    step: str
    attempt: int
    status: str
    latency_ms: float | None
    output: str
    error: str | None
    is_blamed: bool
