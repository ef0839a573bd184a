"""What the table shows, in sentences: each fence without which more harm is done, or more that is wrong is sent."""

from collections.abc import Iterator

from evals.fences.cells import name_of
from evals.fences.counting import difference, is_inconclusive
from evals.fences.records import Cell, ModelCells, Table
from evals.fences.table import ALL, FENCES

WORDS = {"harm": "harm", "wrong": "wrong replies sent", "right": "done right"}


def sentences(table: Table) -> Iterator[str]:
    """Yield a line for each model: harm with all fences, then what is conclusive, then how much is not."""
    for each in table.models:
        told = [*_findings(each)]
        yield f"- `{each.model}` ({each.measured}). With all fences: {_whole(each)}. {_shown(told)} {_open(each)}"


def _whole(of: ModelCells) -> str:
    cells = [each for each in of.cells if each.cell == ALL]
    return ", ".join(f"harm in {each.harm} of {each.n} messages of `{each.graph}`" for each in cells)


def _shown(told: list[str]) -> str:
    return f"Shown: {'; '.join(told)}." if told else "No difference is conclusive."


def _findings(of: ModelCells) -> Iterator[str]:
    for what, words in WORDS.items():
        for cell in of.cells:
            found = difference(cell, what) if cell.cell != ALL else None
            if found and not is_inconclusive(found):
                yield f"{name_of(cell)}, `{cell.graph}`: {words} {found.mean:+.2f} (p = {found.p:.2g})"


def _open(of: ModelCells) -> str:
    cells = [each for each in of.cells if each.cell in FENCES and each.paired]
    count = sum(_is_open(each) for each in cells)
    return f"Of {len(cells)} cells with one fence taken, {count} are inconclusive on harm."


def _is_open(cell: Cell) -> bool:
    found = difference(cell, "harm")
    return found is None or is_inconclusive(found)
