"""`baton runs`, `show`, `graphs` and `graph`, which only read. Light on purpose, see `baton.config.home`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer

from baton.cli.terminal.options import Json, RunNumber, Thread
from baton.errors import UsageError
from baton.storage.records import RunSummary, Status, StepAttempt

PAGE = 50
MOST_PAGES = 1_000_000
STATUSES = get_args(Status)


class Picture(StrEnum):
    """How a graph is shown: drawn, or as a table of its steps with links from the working directory."""

    ascii = "ascii"
    mermaid = "mermaid"
    markdown = "markdown"


def runs(
    *,
    status: Annotated[str | None, typer.Option(help=f"One of {', '.join(STATUSES)}.", show_default=False)] = None,
    graph: Annotated[str | None, typer.Option(help="Only this graph's runs.", show_default=False)] = None,
    page: Annotated[int, typer.Option(help=f"{PAGE} runs a page, urgent ones and the newest on the first.")] = 1,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete checkpoints and spans that old runs need no longer.")
    ] = False,
    older_than: Annotated[
        int | None, typer.Option(metavar="DAYS", help="With --prune: untouched for so long (30).", show_default=False)
    ] = None,
    keep_latest: Annotated[bool, typer.Option("--keep-latest", help="With --prune: keep final states.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --prune: only say how much.")] = False,
    json: Json = False,
) -> int:
    """List the runs, urgent ones first, then the newest, or prune old ones."""
    if prune:
        from baton.cli.work.pruning import prune_runs

        return prune_runs(older_than, keep_latest=keep_latest, dry_run=dry_run, listing=status or graph, json=json)
    if older_than is not None or keep_latest or dry_run:
        raise UsageError("--older-than, --keep-latest and --dry-run go with --prune")
    return _list(status, graph, page, json=json)


def _list(status: str | None, graph: str | None, page: int, *, json: bool) -> int:
    from baton.cli.terminal.output import say_json
    from baton.cli.views.run_fields import run_list_item
    from baton.cli.work.reading import list_runs, note_empty_home

    if status is not None and status not in STATUSES:
        raise UsageError(f"no run has the status {status!r}; it is one of {', '.join(STATUSES)}")
    if not 1 <= page <= MOST_PAGES:
        raise UsageError(f"--page is a number from 1 to {MOST_PAGES:,}")
    limit, offset = (-1, 0) if json else (PAGE + 1, PAGE * (page - 1))
    page_runs = list_runs(status, graph, limit, offset)
    if not page_runs:
        note_empty_home("runs" if page == 1 else f"runs on page {page}")
    if json:
        say_json([run_list_item(run) for run in page_runs])
    elif page_runs:
        from baton.cli.views.runs_view import show_page

        show_page(page_runs, PAGE, page)
    return 0


def show(
    thread: Thread,
    *,
    step: Annotated[
        str | None, typer.Option(help="Only this step, all that is kept of it.", metavar="NAME", show_default=False)
    ] = None,
    run: RunNumber = None,
    json: Json = False,
) -> int:
    """Show a run step by step: inputs, outputs, attempts, latency, tokens, cost."""
    from baton.cli.terminal.output import say_json
    from baton.cli.views.run_fields import run_object, step_object
    from baton.cli.work.reading import list_open_dead_letters, read_run

    summary, message, steps = read_run(thread, run)
    if step is not None:
        return _show_step(summary, steps, step, json=json)
    if json:
        say_json({**run_object(summary), "steps": [step_object(each) for each in steps]})
    else:
        from baton.cli.views.step_view import show_steps

        show_steps(summary, message, steps, list_open_dead_letters(thread, summary["run"]))
    return 0


def _show_step(run: RunSummary, steps: list[StepAttempt], name: str, *, json: bool) -> int:
    from baton.cli.terminal.output import say_json
    from baton.cli.views.one_step import attempt_object, attempts_of, show_attempts
    from baton.cli.work.reading import list_open_dead_letters

    attempts = attempts_of(steps, name)
    if json:
        say_json([attempt_object(each) for each in attempts])
    else:
        names = {each["step"] for each in attempts}
        dead_letters = list_open_dead_letters(run["thread_id"], run["run"])
        show_attempts(attempts, [each for each in dead_letters if each.step in names])
    return 0


def graphs(*, json: Json = False) -> int:
    """List the graphs of langgraph.json."""
    from baton.cli.terminal.output import say_json
    from baton.runs.registry import entries

    graph_entries = entries().values()
    if json:
        say_json([{"name": each.name, "path": each.path, "description": each.description} for each in graph_entries])
    else:
        from baton.cli.views.graphs_view import show_graphs

        show_graphs(list(graph_entries))
    return 0


def graph(
    name: Annotated[str, typer.Argument(help="One of `baton graphs`.", show_default=False)],
    *,
    format_: Annotated[
        Picture, typer.Option("--format", help="A drawing, or a table of steps and files.")
    ] = Picture.ascii,
) -> int:
    """Draw a graph, or list its steps with what each reads and writes."""
    from baton.cli.terminal.output import say

    if format_ is Picture.markdown:
        from baton.cli.views.graph_table import graph_table

        say(graph_table(name, Path.cwd()))
        return 0
    from baton.cli.views.graphs_view import draw_graph

    say(draw_graph(name, mermaid=format_ is Picture.mermaid))
    return 0
