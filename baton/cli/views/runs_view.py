"""A page of runs as a table."""

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import note
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import ago, in_words, named, outcome_of, style, took
from baton.storage.records import RunSummary


def show_page(found: list[RunSummary], size: int, page: int) -> None:
    """Print one page; one run more than `size` says that another page follows."""
    names = ("thread", "graph", "outcome", "route", "began", "time", "waits for")
    rows = Rows(*names, wide="waits for", right=("time",), spare=("route", "time", "graph"))
    for run in found[:size]:
        waiting = [in_words(asked["action_requests"][0]) for asked in run["waiting_for"]]
        output = run["output"] or {}
        rows.add(
            named(run["thread_id"], run["run"]),
            run["graph"],
            (outcome_of(run), style(run["status"])),
            str(output.get("route", "")),
            ago(run["created_at"]),
            took(run["latency_ms"]),
            "; ".join(waiting),
        )
    rows.show()
    if len(found) > size:
        note(f"older runs: {command('runs', '--page', str(page + 1))}")
