"""A bake-off as small multiples: the primary metric against tokens, latency and cost, a point for each graph."""

from evals.bakeoff.figures import figure_of
from evals.bakeoff.records import BakeoffResult
from evals.records import Metric
from evals.report.plots import Plot, Span, round_range, svg

AXES = {"tokens": "tokens a run", "p95_ms": "latency, 95 % within (ms)", "cost_usd": "cost of a run (USD)"}
COLUMNS = 2
CHOSEN, OTHERS, TARGET = "b", "a", "c"
HEADROOM = 1.1  # of the largest value: what lies at the edge is hard to see


def bakeoff_svg(result: BakeoffResult, legend: str) -> str:
    """Return the text of an SVG file; `legend` says what was measured, on what, and by which models."""
    known = [name for name in AXES if any(figure_of(each, name) for each in result["graphs"])]
    unknown = [AXES[name] for name in AXES if name not in known]
    chosen = result["recommendation"]["pattern"]
    lines = [legend, "bars: 95 % intervals" + (f"; orange: {chosen}, the recommendation" if chosen else "")]
    lines += [f"not known: {each}" for each in unknown]
    if result["offline"]:
        lines.append("made with the offline model: this says nothing about language models")
    return svg([_plot(result, name) for name in known], columns=COLUMNS, caption=lines)


def _plot(result: BakeoffResult, name: str) -> Plot:
    """Return the plot of the primary metric against one measure, with the targets as dashed lines."""
    metric, targets = result["metric"], result["targets"]
    points = [(each["graph"], figure_of(each, name), each["primary"]) for each in result["graphs"]]
    known = [
        (graph, _span(x), _span(y)) for graph, x, y in points if x and x["mean"] is not None and y["mean"] is not None
    ]
    x_range = round_range(HEADROOM * max([targets.get(name, 0.0), *(_highest(x) for _, x, _ in known)]))
    y_range = round_range(min(1.0, max([targets.get(metric, 0.0), *(_highest(y) for *_, y in known)])))
    words = metric.replace("_", " ")
    plot = Plot(f"{words} against {AXES[name]}", x=AXES[name], y=words, x_range=x_range, y_range=y_range, aside=True)
    for graph, across, up in known:
        plot.crossed_point(
            across, up, label=graph, colour=CHOSEN if graph == result["recommendation"]["pattern"] else OTHERS
        )
    if name in targets:
        plot.line([(targets[name], 0), (targets[name], y_range[1])], colour=TARGET, dashed=True)
    if metric in targets:
        plot.line([(0, targets[metric]), (x_range[1], targets[metric])], colour=TARGET, dashed=True)
    return plot


def _span(figure: Metric) -> Span:
    return Span(figure["mean"] or 0.0, *figure["ci95"])


def _highest(span: Span) -> float:
    return span.mean if span.high is None else span.high
