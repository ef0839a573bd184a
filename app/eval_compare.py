"""`baton eval compare`: how one experiment stands to another. Light on purpose, as `app.eval_commands`."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.eval_gate import Gate, note_crossed, read_gate
from baton.cli.terminal.options import Json
from baton.errors import UsageError

if TYPE_CHECKING:
    from evals.cells import Experiment
    from evals.comparison.cells import Cell
    from evals.comparison.records import Comparison, MetricComparison

COLUMNS = ("metric", "A", "B", "difference", "95 % interval", "p", "mde", "n", "verdict")
STYLES = {"better": "green", "worse": "red", "equivalent": "cyan", "inconclusive": "dim"}


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="The experiment to hold against.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The experiment in question.")],
    *,
    primary: Annotated[str, typer.Option(metavar="METRIC", help="What gives the verdict.")] = "task_completion",
    margin: Annotated[float, typer.Option(help="The difference that counts as none.", min=0.0, max=1.0)] = 0.03,
    gate: Gate = None,
    json: Json = False,
) -> int:
    """Say whether experiment B is better or worse than A, on the examples that both have."""
    from baton.cli.terminal.output import say_json
    from evals.comparison.comparing import compare as compare_cells

    gates = read_gate(gate)
    if gates is not None:
        gates.of_comparison()
    (first, ours), (second, theirs) = _read(a, b)
    comparison = compare_cells(ours, theirs, primary=primary, margin=margin)
    say_json(comparison) if json else _print(comparison, first, second)
    return note_crossed(gates.crossed_by_comparison(comparison)) if gates else 0


def _read(a: str, b: str) -> "tuple[tuple[Experiment, list[Cell]], tuple[Experiment, list[Cell]]]":
    """Return both experiments with their cells, from a database that is not written to."""
    from baton.cli.work.reading import find_database
    from baton.storage.sqlite_file import connect_for_reading
    from evals.comparison.cells import read_experiment

    if a == b:
        raise UsageError(f"{a} is one experiment: name two")
    file = find_database()
    if file is None:
        raise UsageError(f"no experiment has the id {a!r}; there are none yet")
    with connect_for_reading(file) as tx:
        return read_experiment(tx, a), read_experiment(tx, b)


def _print(comparison: "Comparison", a: "Experiment", b: "Experiment") -> None:
    """Print the verdict, what the comparison says, a row for each metric, and whose figures they are."""
    from app.eval_view import OFFLINE
    from baton.cli.terminal.output import print_prose, print_text
    from evals.records import offline_roles

    print_text(comparison["verdict"], STYLES[comparison["verdict"]])
    for name, each in (("A", a), ("B", b)):
        print_prose(f"{name}: {each.experiment_id}, {each.graph} on {each.dataset}")
    print_prose(comparison["says"])
    if any(offline_roles(each.models) for each in (a, b)):
        print_prose(f"{OFFLINE} language models.")
    print_prose("")
    _print_table(comparison)


def _print_table(comparison: "Comparison") -> None:
    """Print a row for each metric, first of the answers, then step by step."""
    from baton.cli.terminal.rows import Rows

    rows = Rows(*COLUMNS, wide="metric", right=COLUMNS[1:-1], spare=("n", "mde", "p", "A", "B"))
    parts = {"": comparison["metrics"], **{f"{step}: ": each for step, each in comparison["steps"].items()}}
    for prefix, metrics in parts.items():
        for name, each in metrics.items():
            rows.add(f"{prefix}{name}", *_cells(each), (each["verdict"], STYLES[each["verdict"]]))
    rows.show()


def _cells(each: "MetricComparison") -> list[str]:
    """Return the cells of a row between its name and its verdict."""
    from evals.comparison.sentences import plain, signed

    low, high = map(signed, each["ci95"])
    mde = "" if each["mde"] is None else plain(each["mde"])
    means = [plain(each["a"]), plain(each["b"]), signed(each["difference"])]
    return [*means, f"{low} to {high}", f"{each['p']:.3f}", mde, str(each["n"])]
