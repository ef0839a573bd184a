"""The records of a bake-off: what `baton eval bakeoff --json` prints; its keys are a contract."""

from typing import Literal

from typing_extensions import TypedDict

from evals.bakeoff.targets import Standing
from evals.comparison.records import MetricComparison
from evals.records import Metric

Because = Literal["good_enough", "best", "targets_missed", "too_few_examples", "nothing_right"]
"""Why a pattern is recommended, the best itself or one that is not significantly worse; or why none is."""


class GraphFigures(TypedDict):
    """What one graph came to. `primary` is the metric that decides; errors count towards none of the figures.

    `tokens` and `cost_usd` are means of a run, the latter None where a price is not known. `tokens_each` divides the
    tokens by what the primary metric counts as right: tokens for each completed task; None where nothing is right.
    `harm` counts the runs that did harm. `targets` says of each target how the graph stands to it. `to_best` is the
    paired comparison with the best graph of those that meet the targets; None of itself, and where there is none.
    """

    graph: str
    experiment: str
    completed: int
    errors: int
    primary: Metric
    tokens: Metric
    tokens_each: float | None
    p50_ms: Metric
    p95_ms: Metric
    cost_usd: Metric | None
    harm: int
    targets: dict[str, Standing]
    to_best: MetricComparison | None


class Recommendation(TypedDict):
    """The simplest graph that meets the targets and is not significantly worse than `best`; None where none is.

    `best` is the best of those that meet the targets; None where none does. `says` is for people: what it rests on, how
    sure it is, and what to look at.
    """

    pattern: str | None
    best: str | None
    because: Because
    says: str


class BakeoffResult(TypedDict):
    """The result of a bake-off: figures of each graph in the order of simplicity, and the recommendation.

    `offline` tells that the offline model made answers: the figures then say nothing about language models.
    `created_at` is in Unix seconds.
    """

    bakeoff: str
    dataset: str
    split: str | None
    created_at: float
    models: dict[str, str]
    offline: bool
    metric: str
    examples: int
    targets: dict[str, float]
    graphs: list[GraphFigures]
    recommendation: Recommendation
