"""Pairs: the examples that two experiments share, by id and content. Functions of values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from baton.errors import UsageError
from evals.comparison.cells import Cell
from evals.comparison.records import Errors, Unpaired
from evals.records import Scores
from evals.statistics.intervals import Floats

MEASURES = ("latency_ms", "tokens", "cost_usd")
"""What every run is measured by, beside its scores; in units of their own."""

Key = tuple[str, str]
"""The id of an example and the hash of its content."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The answers to the examples that two experiments share, a list of repetitions for each; and what is left over."""

    first: list[list[Cell]]
    second: list[list[Cell]]
    unpaired: Unpaired
    errors: Errors

    def metrics(self) -> dict[str, tuple[Floats, Floats]]:
        """Return by name the values of both sides, arrays (n,) over the examples that have the metric on both."""
        return _columns([[_all_values(cell) for cell in each] for each in side] for side in (self.first, self.second))

    def steps(self) -> dict[str, dict[str, tuple[Floats, Floats]]]:
        """Return the same of each step that both have."""
        cells = [cell for side in (self.first, self.second) for each in side for cell in each]
        steps = {step: None for cell in cells for step in cell.steps}
        columns = {
            step: _columns(
                [[cell.steps.get(step, {}) for cell in each] for each in side] for side in (self.first, self.second)
            )
            for step in steps
        }
        return {step: each for step, each in columns.items() if each}


def pair(first: Sequence[Cell], second: Sequence[Cell]) -> Pairs:
    """Return the pairs of two experiments.

    Raises:
        UsageError: an experiment is empty, or no example is answered in both.
    """
    for name, cells in (("A", first), ("B", second)):
        if not cells:
            raise UsageError(f"experiment {name} has no results: there is nothing to compare")
    ours, theirs = _by_example(first), _by_example(second)
    shared = [key for key in ours if key in theirs]
    if not shared:
        raise UsageError("the experiments share no example of the same id and content: run both on one dataset")
    answered = [key for key in shared if ours[key] and theirs[key]]
    if not answered:
        raise UsageError("no shared example has an answer on both sides: look at the errors of the runs first")
    return Pairs(
        [ours[key] for key in answered],
        [theirs[key] for key in answered],
        {"a": _ids(ours.keys() - theirs.keys()), "b": _ids(theirs.keys() - ours.keys())},
        {
            "a": sum(cell.is_error for cell in first),
            "b": sum(cell.is_error for cell in second),
            "left_out": _ids(set(shared) - set(answered)),
        },
    )


def _by_example(cells: Sequence[Cell]) -> dict[Key, list[Cell]]:
    """Return the answers to each example; an empty list where every repetition ended in an error."""
    examples: dict[Key, list[Cell]] = {}
    for cell in cells:
        answers = examples.setdefault((cell.example_id, cell.example_hash), [])
        if not cell.is_error:
            answers.append(cell)
    return examples


def _ids(keys: Iterable[Key]) -> list[str]:
    return sorted(example_id for example_id, _ in keys)


def _all_values(cell: Cell) -> Scores:
    measured = {name: getattr(cell, name) for name in MEASURES}
    return cell.scores | {name: value for name, value in measured.items() if value is not None}


def _columns(sides: Iterable[list[list[Scores]]]) -> dict[str, tuple[Floats, Floats]]:
    """Return both sides of each name: the means of its repetitions, over the examples where both have it."""
    first, second = ([_means(each) for each in side] for side in sides)
    rows: dict[str, list[tuple[float, float]]] = {}
    for one, other in zip(first, second, strict=True):
        for name in one:
            if name in other:
                rows.setdefault(name, []).append((one[name], other[name]))
    return {name: (np.array(each)[:, 0], np.array(each)[:, 1]) for name, each in rows.items()}


def _means(repetitions: Sequence[Scores]) -> dict[str, float]:
    """Return the mean of each name over the repetitions that have it."""
    values: dict[str, list[float]] = {}
    for each in repetitions:
        for name, value in each.items():
            values.setdefault(name, []).append(float(value))
    return {name: sum(each) / len(each) for name, each in values.items()}
