"""Gates: a file of bounds that figures have to keep, for a build that must fail where they do not.

It is the interval that is held against a bound, not the mean: `at_least` against its lower end, `at_most` against its
upper one. So a set too small to show that a bound is kept does not pass.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from baton.errors import BadSetting
from baton.records import Record
from desk.tables import read_table
from evals.comparison.records import Comparison, MetricComparison
from evals.records import ExperimentSummary, Metric

Interval = Sequence[float | None]


class Bound(Record):
    """What the whole interval of a figure must keep: at least one of the two is given."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _bounds_something(self) -> "Bound":
        if self.at_least is None and self.at_most is None:
            raise ValueError("needs at_least or at_most")
        return self


class Bounds(Record):
    """The bounds of metrics, and of the scores of steps."""

    metrics: dict[str, Bound] = Field(default_factory=dict)
    steps: dict[str, dict[str, Bound]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _bounds_something(self) -> "Bounds":
        if not self.metrics and not any(self.steps.values()):
            raise ValueError("names no metric")
        return self


class Tables(Record):
    """The tables of a file: `compare` bounds the differences of two experiments, `run` the figures of one, by graph."""

    compare: Bounds | None = None
    run: dict[str, Bounds] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gates:
    """A file of gates, with its name for what is said of it."""

    file: Path
    tables: Tables

    def of_comparison(self) -> Bounds:
        """Return the bounds of differences; raises BadSetting where there are none, for nothing would be held."""
        if self.tables.compare is None:
            raise self._no_table("compare")
        return self.tables.compare

    def of_run(self, graph: str) -> Bounds:
        """Return the bounds of a graph's figures; raises BadSetting where there are none."""
        if graph not in self.tables.run:
            raise self._no_table(f"run.{graph}")
        return self.tables.run[graph]

    def crossed_by_comparison(self, comparison: Comparison) -> list[str]:
        """Return a line for each bound that a difference crosses; none where all are kept.

        Raises:
            BadSetting: a metric or a step is named that was not compared; it names file and key.
        """
        metrics = _intervals(comparison["metrics"])
        steps = {step: _intervals(each) for step, each in comparison["steps"].items()}
        return self._crossed("compare", self.of_comparison(), metrics, steps)

    def crossed_by_run(self, summary: ExperimentSummary) -> list[str]:
        """Return a line for each bound that an experiment's figure crosses; raises as `crossed_by_comparison`."""
        metrics = _intervals(summary["metrics"])
        steps = {step: _intervals(each) for step, each in summary["steps"].items()}
        return self._crossed(f"run.{summary['graph']}", self.of_run(summary["graph"]), metrics, steps)

    def _no_table(self, key: str) -> BadSetting:
        return BadSetting(f"{self.file}: {key}: there is no such table, and nothing would be held")

    def _crossed(
        self, table: str, bounds: Bounds, metrics: dict[str, Interval], steps: dict[str, dict[str, Interval]]
    ) -> list[str]:
        pairs = [(f"{table}.metrics", bounds.metrics, metrics)]
        pairs += [(f"{table}.steps.{step}", each, steps.get(step, {})) for step, each in bounds.steps.items()]
        lines = []
        for prefix, named, known in pairs:
            for name, bound in named.items():
                key = f"{self.file}: {prefix}.{name}"
                if name not in known:
                    raise BadSetting(f"{key}: was not measured; measured were {', '.join(known) or 'none there'}")
                lines += [f"{key} {fault}" for fault in _faults(bound, known[name])]
        return lines


def read_gates(file: Path, graphs: Iterable[str]) -> Gates:
    """Return the gates of a file.

    Raises:
        BadSetting: it cannot be read, does not fit, or names a graph that is none of `graphs`; it names file and key.
    """
    tables = read_table(file, Tables)
    if unknown := tables.run.keys() - set(graphs):
        raise BadSetting(f"{file}: run.{min(unknown)}: no graph has that name; `baton graphs` lists them")
    return Gates(file, tables)


def _intervals(metrics: Mapping[str, Metric] | Mapping[str, MetricComparison]) -> dict[str, Interval]:
    return {name: each["ci95"] for name, each in metrics.items()}


def _faults(bound: Bound, interval: Interval) -> Iterator[str]:
    """Yield what the interval may be beyond its bound; one that is not known may be anything."""
    low, high = interval
    if bound.at_least is not None and (low is None or low < bound.at_least):
        yield f"may be as low as {_figure(low)}; at least {bound.at_least:g} is asked for"
    if bound.at_most is not None and (high is None or high > bound.at_most):
        yield f"may be as high as {_figure(high)}; at most {bound.at_most:g} is allowed"


def _figure(value: float | None) -> str:
    return "anything" if value is None else f"{value:.4g}"
