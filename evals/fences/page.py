"""Writes what the result says into its page: the fences, the findings, tables for each graph, and the plot."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evals.fences.cells import COLUMNS, differences, figures, kinds_of_harm, name_of
from evals.fences.finding import sentences
from evals.fences.plotting import plot_of
from evals.fences.records import Cell, Table
from evals.fences.table import ALL, FENCES

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PLOT = DOCS / "weak-models.md", DOCS / "images" / "weak-models.svg"
END = "<!-- end -->"


def write_page(table: Table, page: Path = PAGE, plot: Path = PLOT) -> None:
    """Write the page's tables and its plot."""
    page.write_text(with_tables(page.read_text("utf-8"), table), "utf-8")
    plot.write_text(plot_of(table), "utf-8")


def with_tables(page: str, table: Table) -> str:
    """Return the text of the page with what the result says between its marks."""
    for name, lines in (("fences", _fences()), ("found", sentences(table)), ("tables", _tables(table))):
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        page = before + mark + "\n".join(lines) + "\n" + rest[rest.index(END) :]
    return page


def _fences() -> Iterator[str]:
    yield from _header("fence", "what it is", "graphs")
    for name, fence in FENCES.items():
        yield _row([name, fence.words, ", ".join(f"`{graph}`" for graph in fence.graphs)])


def _tables(table: Table) -> Iterator[str]:
    """Yield the lines of each graph's part: what came of its messages, then the differences."""
    graphs = dict.fromkeys(cell.graph for each in table.models for cell in each.cells)
    for number, graph in enumerate(graphs):
        cells = [(each.model, cell) for each in table.models for cell in each.cells if cell.graph == graph]
        yield from [*([""] if number else []), f"### `{graph}`", ""]
        yield from _header("model", "fences", *COLUMNS, "kinds of harm")
        yield from (_row([f"`{model}`", name_of(cell), *figures(cell), kinds_of_harm(cell)]) for model, cell in cells)
        yield from ["", "Against all fences, on the same messages:", ""]
        yield from _header("model", "fences", "messages", "right", "wrong, sent", "harm")
        yield from _compared(cells)


def _compared(cells: Iterable[tuple[str, Cell]]) -> Iterator[str]:
    for model, cell in cells:
        if cell.cell != ALL and cell.paired:
            yield _row([f"`{model}`", name_of(cell), str(cell.paired), *differences(cell)])


def _header(*names: str) -> Iterator[str]:
    yield _row(names)
    yield f"|{'---|' * len(names)}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
