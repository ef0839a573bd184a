"""A page of runs as a table."""

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import note
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import age, duration, outcome_of, question_text, run_name, status_style, urgent_cell
from baton.storage.records import RunSummary


def show_page(runs: list[RunSummary], size: int, page: int) -> None:
    """Print one page; a run more than `size` means that another page follows."""
    marked = ["urgent"] if any(run["urgent"] for run in runs[:size]) else []
    names = ("thread", *marked, "graph", "outcome", "route", "began", "time", "waits for")
    rows = Rows(*names, wide="waits for", right=("time",), spare=("route", "time", "graph"))
    for run in runs[:size]:
        waiting = [question_text(approval) for approval in run["waiting_for"]]
        output = run["output"] or {}
        rows.add(
            run_name(run["thread_id"], run["run"]),
            *[urgent_cell(run["urgent"]) for _ in marked],
            run["graph"],
            (outcome_of(run), status_style(run["status"])),
            str(output.get("route", "")),
            age(run["created_at"]),
            duration(run["latency_ms"]),
            "; ".join(waiting),
        )
    rows.show()
    if len(runs) > size:
        note(f"older runs: {command('runs', '--page', str(page + 1))}")
