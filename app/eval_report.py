"""`baton eval report`: experiments for someone who was not there. Light on purpose, as `app.eval_commands`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baton.errors import UsageError

if TYPE_CHECKING:
    from baton.storage.transaction import Transaction
    from evals.report.records import Material, Report


class Format(StrEnum):
    """What a report is written as."""

    html = "html"
    md = "md"
    json = "json"


SUFFIXES = {".html": Format.html, ".htm": Format.html, ".md": Format.md, ".json": Format.json}
NO_EXPERIMENTS = "there are no experiments yet; begin one: baton eval run GRAPH"


def report(
    experiments: Annotated[list[str], typer.Argument(metavar="ID...", help="Their ids, from `baton eval list`.")],
    *,
    out: Annotated[Path | None, typer.Option(help="The file to write.", metavar="FILE", show_default=False)] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="Default: by the file's name, else html.", show_default=False)
    ] = None,
    worst: Annotated[int, typer.Option(help="How many of the worst examples to show.", min=0)] = 10,
) -> int:
    """Write what experiments came to: how good, how sure, where they fail, the worst examples with their steps."""
    from app.report_file import write_report
    from baton.cli.terminal.output import note, say
    from evals.report.contents import report_of

    form = format_ or (SUFFIXES.get(out.suffix.lower(), Format.html) if out else Format.html)
    text = _text(report_of(read_material(experiments, worst), worst), form)
    file = out or (Path(f"report-{'-'.join(experiments)}.html") if form is Format.html else None)
    if file is None:
        say(text.rstrip("\n"))
    else:
        write_report(file, text)
        note(f"the report stands in {file}")
    return 0


def read_material(ids: list[str], worst: int) -> "list[Material]":
    """Return what the reports of these experiments are made of, from databases that are not written to.

    Raises:
        UsageError: an id is unknown or given twice, or an experiment has no results yet.
    """
    from baton.cli.work.reading import find_database
    from baton.storage.sqlite_file import connect_for_reading
    from evals.cells import has_tables

    if len(set(ids)) < len(ids):
        raise UsageError("an experiment is named twice; name each once")
    file = find_database()
    if file is None:
        raise UsageError(NO_EXPERIMENTS)
    with connect_for_reading(file) as tx:
        if not has_tables(tx):
            raise UsageError(NO_EXPERIMENTS)
        return [_material(tx, each, file, worst) for each in ids]


def _material(tx: "Transaction", experiment_id: str, file: Path, worst: int) -> "Material":
    from baton.storage.sqlite_file import connect_for_reading
    from evals import cells
    from evals.experiment import RUNS
    from evals.report.contents import worst_answers
    from evals.report.records import Material
    from evals.report.step_lines import read_steps

    experiment, results = cells.experiment(tx, experiment_id), cells.read_results(tx, experiment_id)
    if not results:
        raise UsageError(f"{experiment_id} has no results yet: baton eval run --resume {experiment_id}")
    examples, runs = cells.examples_of(tx, experiment_id), file.with_name(RUNS)
    threads = [each["thread_id"] for each in worst_answers(results, examples, worst)]
    if not runs.exists():
        return Material(experiment, examples, results, {})
    with connect_for_reading(runs) as kept:
        return Material(experiment, examples, results, read_steps(kept, threads))


def _text(contents: "Report", form: Format) -> str:
    import json

    if form is Format.json:
        return f"{json.dumps(contents, indent=1)}\n"
    if form is Format.md:
        from evals.report.markdown import markdown

        return markdown(contents)
    from evals.report.page import page

    return page(contents)
