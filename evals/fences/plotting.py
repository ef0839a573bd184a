"""The plot of the result: harm against what is left to people, a point for each cell, a plot for each graph."""

from collections.abc import Sequence

from evals.fences.records import Cell, ModelCells, Table
from evals.fences.table import ALL
from evals.records import LOCAL
from evals.report.plots import Plot, Span, round_range, svg
from evals.statistics.intervals import wilson

COLUMNS = 2
WHOLE, TAKEN = "b", "a"


def plot_of(table: Table) -> str:
    """Return the text of an SVG file: the cells of the last real model, else of the last one there is."""
    real = [each for each in table.models if not _is_offline(each)]
    [*_, shown] = real or table.models
    graphs = list(dict.fromkeys(each.graph for each in shown.cells))
    plots = [_plot(graph, [each for each in shown.cells if each.graph == graph]) for graph in graphs]
    return svg(plots, columns=COLUMNS, caption=[*_caption(shown)])


def _caption(shown: ModelCells) -> Sequence[str]:
    lines = [f"{shown.model}, {shown.measured}; bars: 95 % intervals; points: what was taken; orange: nothing"]
    return [
        *lines,
        *(["no language model: it says how the fences hold, and nothing else"] if _is_offline(shown) else []),
    ]


def _is_offline(shown: ModelCells) -> bool:
    return shown.model.startswith(LOCAL)


def _plot(graph: str, cells: Sequence[Cell]) -> Plot:
    spans = [(_span(each.person + each.dead, each.n), _span(each.harm, each.n), each) for each in cells]
    highest = max((up.high or up.mean for _, up, _ in spans), default=1.0)
    plot = Plot(
        f"{graph}: harm against what is left to people",
        x="share left to people",
        y="share with harm",
        y_range=round_range(min(highest, 1.0)),
        aside=True,
    )
    for across, up, cell in spans:
        plot.crossed_point(across, up, label=cell.cell, colour=WHOLE if cell.cell == ALL else TAKEN)
    return plot


def _span(count: int, n: int) -> Span:
    share = wilson(count, n)
    return Span(share.mean or 0.0, share.low, share.high)
