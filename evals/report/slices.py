"""Slices: the examples of one outcome, route or tag, counted and measured apart. Functions of values."""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from evals.examples import Example
from evals.records import JudgedCell
from evals.report.records import Kind, Slice
from evals.summary import clustered

NOT_STATED = "not stated"


def counts(examples: Sequence[Example]) -> dict[Kind, dict[str, int]]:
    """Return how many examples there are of each outcome, route and tag, the most frequent first."""
    return {
        kind: dict(Counter(name for each in examples for name in names_of(kind, each)).most_common())
        for kind in get_args(Kind)
    }


def slices(examples: Sequence[Example], answers: Sequence[JudgedCell], metric: str) -> list[Slice]:
    """Return the metric over the examples of each outcome, route and tag, of each kind the lowest first.

    Slices overlap, and many are looked at: a low one is a place to look, and no finding.
    """
    by_id = {each.id: each for each in examples}
    values: dict[tuple[Kind, str], list[tuple[str, bool | float]]] = {}
    for each in answers:
        if metric in each["scores"] and each["example_id"] in by_id:
            for kind in get_args(Kind):
                for name in names_of(kind, by_id[each["example_id"]]):
                    values.setdefault((kind, name), []).append((each["example_id"], each["scores"][metric]))
    measured: list[Slice] = [
        {"kind": kind, "name": name, "metric": clustered(each).as_object()} for (kind, name), each in values.items()
    ]
    kinds = list(get_args(Kind))
    return sorted(measured, key=lambda each: (kinds.index(each["kind"]), each["metric"]["mean"] or 0.0))


def names_of(kind: Kind, example: Example) -> list[str]:
    """Return the slices of one kind that an example belongs to."""
    if kind == "tag":
        return list(dict.fromkeys(example.tags))
    return [(example.expected.outcome if kind == "outcome" else example.expected.route) or NOT_STATED]
