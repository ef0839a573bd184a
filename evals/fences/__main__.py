"""Shows which fences save a weak model: the same messages with all fences, and with each taken away in turn.

`python -m evals.fences [--model NAME]... [--write]` works the development half of the dataset that all graphs share
through them, with each model as writer and judge, and prints what came of it. A run that was cut off goes on where it
stood: what was measured, and what a model answered, is kept in a folder of the home. `--write` puts what is there into
the repository's result and its page, docs/weak-models.md.
"""

import argparse
import asyncio
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from baton.cli.terminal.output import note
from baton.cli.terminal.progress import Tally, show_progress
from baton.config.home import home, load_env
from baton.config.settings import LLAMA
from baton.errors import BatonError
from evals.fences.keeping import Rows, read_result, with_model, write_result
from evals.fences.page import write_page
from evals.fences.planning import GRAPHS, MESSAGES, MORE, plan
from evals.fences.records import Table, Work
from evals.fences.showing import show
from evals.fences.table import FENCES, NAMES
from evals.fences.working import left_of, work_all
from evals.recordings import LIMITS, asking, shipped_file
from evals.records import LOCAL

MODELS = ("local:desk", "local:wrong", "llama:smollm2")


def main(arguments: Sequence[str] | None = None) -> int:
    """Work what is left, and show and write what is there; return the exit code."""
    options = _options().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # either stops the work, and what is there is shown
    load_env()
    try:
        table = _measured(options)
    except BatonError as error:
        note(str(error))
        return 2
    show(table, options.model or MODELS)
    if options.write:
        write_result(table)
        write_page(table)
    return 0


def _measured(options: argparse.Namespace) -> Table:
    """Return the result with what was measured now, or before.

    Raises:
        BatonError: a model, or the folder, cannot be used.
    """
    folder = options.folder or home() / "fences"
    table, rows = read_result(), Rows(folder / "rows.jsonl")
    for model in options.model or MODELS:
        with _model_is(model, folder):
            cells = options.cell or NAMES
            works = plan(model, options.graph or GRAPHS, options.messages, options.harm_messages, cells)
            is_stopped = options.work and not _work(model, works, rows)
            table = with_model(table, model, rows.of(model))
            if is_stopped:
                break
    return table


def _options() -> argparse.ArgumentParser:
    graphs = sorted({graph for fence in FENCES.values() for graph in fence.graphs})
    parser = argparse.ArgumentParser(prog="python -m evals.fences", description=__doc__)
    parser.add_argument(
        "--model", action="append", help=f"provider:name; again for more (default: {', '.join(MODELS)})"
    )
    parser.add_argument(
        "--graph", action="append", choices=graphs, help=f"again for more (default: {', '.join(GRAPHS)})"
    )
    parser.add_argument(
        "--cell", action="append", choices=NAMES, help="beside all fences, with which it is compared (default: all)"
    )
    parser.add_argument("--messages", type=int, default=MESSAGES, help="of each cell (default: %(default)s)")
    parser.add_argument("--harm-messages", type=int, default=MORE, help="of the cheap graphs (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where rows and recordings are kept (default: in the home)")
    parser.add_argument("--no-work", dest="work", action="store_false", help="only show what was measured before")
    parser.add_argument("--write", action="store_true", help="write the result and its page into the repository")
    return parser


@contextmanager
def _model_is(model: str, folder: Path) -> Iterator[None]:
    """Set a model for the roles that write and judge, and the day; a real one's answers are recorded, not asked again.

    The recordings begin with those that belong to the business, if there are any.
    """
    recorded, limits = {}, LIMITS if model.startswith(LLAMA) else {}
    if not model.startswith(LOCAL):
        file = folder / "answers.jsonl"
        if not file.exists() and shipped_file().exists():
            shutil.copyfile(shipped_file(), file)
        recorded = {"BATON_RECORD": str(file)}
    with asking(model, limits, **recorded):
        yield


def _work(model: str, works: Sequence[Work], rows: Rows) -> bool:
    """Work what is left with a model; return whether all of it was worked, and the work was not stopped."""
    left = left_of(works, rows)
    tally = Tally(sum(len(each.examples) for each in left))
    note(f"{model}: {tally.total} runs to work, {len(rows.all)} rows are kept")
    try:
        with show_progress(tally, "working", bar=True) as watch:
            asyncio.run(work_all(left, rows, watch.add))
    except KeyboardInterrupt:
        return False
    if again := sum(len(each.examples) for each in left_of(works, rows)):
        note(f"{again} runs found no model in time and are no result; start the command again to work them")
    return True


if __name__ == "__main__":
    raise SystemExit(main())
