"""Keeps what was measured: rows in a working file that a killed run goes on with, and the result in the repository."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from evals.dataset import SHARED
from evals.fences.counting import cells_in
from evals.fences.records import ModelCells, Place, Row, Table
from evals.fences.table import FENCES, cells_of

RESULT = Path(__file__).with_name("result.json")
MADE_BY = "python -m evals.fences --write"


class Rows:
    """The rows in a working file; lines are only added, and a half-written last one is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.all = [*_read(path)] if path.exists() else []
        if path.exists() and not path.read_bytes().endswith(b"\n"):
            self._append("")  # so that what a killed process left of its last line is one by itself
        self._keys = {(*each.place, each.example) for each in self.all}

    def has(self, place: Place, example: str) -> bool:
        """Return whether there is a row of an example in a cell, made with the same configuration."""
        return (*place, example) in self._keys

    def of(self, model: str) -> list[Row]:
        """Return a model's rows, of each cell those of the configuration that was measured last."""
        last = {each.place[:3]: each.configuration for each in self.all}
        return [each for each in self.all if each.model == model and each.configuration == last[each.place[:3]]]

    def add(self, row: Row) -> None:
        """Add a row, and write it down."""
        self._append(row.model_dump_json())
        self.all.append(row)
        self._keys.add((*row.place, row.example))

    def _append(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def _read(path: Path) -> Iterable[Row]:
    for line in path.read_text("utf-8").splitlines():
        try:
            yield Row.model_validate_json(line)
        except ValidationError:  # what a killed process left of its last line
            continue


def read_result(path: Path = RESULT) -> Table:
    """Return the result that is kept, an empty one where there is none."""
    if not path.exists():
        return Table(made_by=MADE_BY, dataset=SHARED)
    return Table.model_validate_json(path.read_text("utf-8"))


def with_model(table: Table, model: str, rows: Sequence[Row]) -> Table:
    """Return a result with the cells of a model's rows in it.

    A cell takes the place of the one that was there, unless that one has more messages; a cell without rows stays, for
    a part may be measured alone. If all are as they were, they keep the day on which they were measured, too.
    """
    graphs = sorted({graph for fence in FENCES.values() for graph in fence.graphs}, key=_order)
    had = {(cell.graph, cell.cell): cell for each in table.models if each.model == model for cell in each.cells}
    made = {(cell.graph, cell.cell): cell for cell in cells_in(rows, graphs)}
    best = {**had, **{place: cell for place, cell in made.items() if place not in had or cell.n >= had[place].n}}
    if best == had:
        return table
    cells = [best[graph, cell] for graph in graphs for cell in cells_of(graph) if (graph, cell) in best]
    measured = ModelCells(model=model, measured=datetime.now(UTC).date().isoformat(), cells=cells)
    others = [each for each in table.models if each.model != model]
    return table.model_copy(update={"models": [*others, measured]})


def _order(graph: str) -> tuple[int, str]:
    """Return the place of a graph in the table: those with few fences first."""
    return sum(graph in each.graphs for each in FENCES.values()), graph


def write_result(table: Table, path: Path = RESULT) -> None:
    """Write the result, a line for each value, so that a difference shows which figure changed."""
    path.write_text(json.dumps(table.model_dump(), indent=1) + "\n", "utf-8")
