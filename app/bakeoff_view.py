"""A bake-off on the terminal and as a plot: one row and one point for each graph."""

from app.eval_view import OFFLINE, mean_and_interval
from baton.cli.terminal.output import print_prose
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import dollars, duration
from evals.bakeoff.records import BakeoffResult, GraphFigures

TASKS = "task_completion"
RIGHT = ("tokens", "each", "p50", "p95", "cost", "harm", "errors")


def print_bakeoff(result: BakeoffResult) -> None:
    """Print a row for each graph in the order of simplicity, then the recommendation, then the limits of all that."""
    metric, chosen = result["metric"], result["recommendation"]["pattern"]
    rows = Rows("graph", metric, *RIGHT, wide="graph", right=RIGHT)
    for each in result["graphs"]:
        style = "bold" if each["graph"] == chosen else ""
        rows.add((each["graph"], style), mean_and_interval(each["primary"]), *cells(each))
    rows.show()
    print_prose(f"\n{legend(result)}")
    print_prose(f"each: tokens for each {'completed task' if metric == TASKS else f'message with the right {metric}'}")
    print_prose(result["recommendation"]["says"])
    if result["offline"]:
        print_prose(f"{OFFLINE} language models.")


def cells(figures: GraphFigures) -> list[str]:
    """Return what a graph costs, in the order of the table."""
    tokens, each, cost = figures["tokens"]["mean"], figures["tokens_each"], figures["cost_usd"]
    return [
        "" if tokens is None else f"{tokens:,.0f}",
        "none" if each is None else f"{each:,.0f}",
        duration(figures["p50_ms"]["mean"]),
        duration(figures["p95_ms"]["mean"]),
        dollars(None if cost is None else cost["mean"]),
        str(figures["harm"]),
        str(figures["errors"]),
    ]


def legend(result: BakeoffResult) -> str:
    """Return what was measured, on what, and the model(s) that made it."""
    half = f" ({result['split']})" if result["split"] else ""
    models = ", ".join(dict.fromkeys(result["models"].values()))
    return f"{result['examples']} messages of {result['dataset']}{half} through each graph, answered by {models}"
