"""The page is what the result says, and stays so."""

from evals.fences.finding import sentences
from evals.fences.keeping import read_result, with_model
from evals.fences.page import PAGE, PLOT, with_tables
from evals.fences.planning import GRAPHS
from evals.fences.plotting import plot_of
from evals.fences.records import Table
from evals.fences.table import ALL
from tests.evals.fences.test_counting import MANY, row

WRITE = "python -m evals.fences --no-work --write makes them anew"


def test_the_pages_tables_and_its_plot_are_those_of_the_result() -> None:
    table, page = read_result(), PAGE.read_text("utf-8")
    assert with_tables(page, table) == page, WRITE
    assert plot_of(table) == PLOT.read_text("utf-8"), WRITE


def test_the_result_has_every_graph_with_all_its_fences_on_enough_messages() -> None:
    for each in read_result().models:
        sizes = {cell.graph: cell.n for cell in each.cells if cell.cell == ALL}
        assert set(GRAPHS) <= set(sizes)
        assert min(sizes.values()) >= 30
        assert min(sizes["single_call"], sizes["routing"]) >= 100


def test_a_conclusive_difference_is_told_and_the_rest_is_counted() -> None:
    whole = [row(str(n)) for n in range(MANY)]
    worse = [row(str(n), "gates", harms=["figure"] if n < 9 else []) for n in range(MANY)]
    same = [row(str(n), "repair") for n in range(MANY)]
    [told] = sentences(with_model(Table(made_by="m", dataset="d"), "local:x", [*whole, *worse, *same]))
    assert "without gates, `routing`: harm +0.30" in told
    assert "Of 2 cells with one fence taken, 1 are inconclusive on harm." in told
