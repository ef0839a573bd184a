"""Cells as the tests of comparisons write them down."""

from collections.abc import Iterable

from evals.comparison.cells import Cell
from evals.records import Scores


def cell(example_id: str, *, right: bool | None = True, repetition: int = 1, **more: object) -> Cell:
    """One run; `right` is whether it completed its task, None where it ended in an error."""
    scores: Scores = {} if right is None else {"task_completion": right}
    values = {"example_hash": "h", "steps": {}, "latency_ms": 900.0, "tokens": 100, "cost_usd": None, "scores": scores}
    return Cell(example_id=example_id, repetition=repetition, is_error=right is None, **(values | more))  # type: ignore[arg-type]


def side(rights: Iterable[bool | None]) -> list[Cell]:
    """An experiment with one run for each example."""
    return [cell(f"x{index}", right=right) for index, right in enumerate(rights)]
