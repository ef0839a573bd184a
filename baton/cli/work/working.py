"""Works runs and returns the exit code: one run, or many with their progress."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import console, note, say_json
from baton.cli.terminal.progress import Tally, show_progress
from baton.cli.views.many_view import finished_text, show_many
from baton.cli.views.run_fields import run_object
from baton.cli.views.run_view import show_run
from baton.cli.work.session import INTERRUPTED, Session
from baton.errors import Held
from baton.runtime.business import preparation
from baton.storage.records import RunSummary

Show = Callable[[Sequence[RunSummary], dict[str, str], Tally], None]
CODES = {"done": 0, "failed": 1, "waiting": 3, "dead_lettered": 4}


@dataclass(frozen=True, slots=True)
class ManyOptions:
    """The options of many runs; `ids` are the ids that the records of a file have themselves, by thread."""

    json: bool
    concurrency: int
    ids: Mapping[str, str | int] = field(default_factory=dict)


async def work_one(session: Session, thread_id: str, *, json: bool, budget_tokens: int | None = None) -> int:
    """Work one run, with a new budget where one is given, print it and return its exit code.

    Raises:
        Held: another process works it.
    """
    runs: list[RunSummary] = []
    with console(stderr=True).status(status_text()):
        await session.runner.work([thread_id], done=runs.append, concurrency=1, budget_tokens=budget_tokens)
    return print_run(session, runs[0] if runs else await session.runner.summary(thread_id), json=json)


def print_run(session: Session, run: RunSummary, *, json: bool) -> int:
    """Print a run as this process leaves it and return its exit code.

    Raises:
        Held: another process works it.
    """
    if run["status"] in CODES:
        say_json(run_object(run)) if json else show_run(run)
        return CODES[run["status"]]
    if not session.stopped:
        raise Held(f"{run['thread_id']} is worked by another process; try again when it is done")
    note(f"stopped: 0 done, 1 left; go on with: {command('resume', run['thread_id'])}")
    return INTERRUPTED


async def work_many(
    session: Session, threads: Sequence[str], *, messages: dict[str, str], options: ManyOptions, show: Show = show_many
) -> int:
    """Work many runs concurrently, print them and return the exit code: 0, or 1 where one failed."""
    tally, runs = Tally(len(threads)), list[RunSummary]()

    def tell(run: RunSummary) -> str:
        return finished_text(run, messages.get(run["thread_id"], ""))

    has_bar = not (options.json and sys.stdout.isatty())
    with show_progress(tally, status_text(), bar=has_bar, tell=tell) as watch:

        def add(run: RunSummary) -> None:
            runs.append(run)
            watch.add(run)
            if options.json and run["status"] in CODES:
                own_id = options.ids.get(run["thread_id"])
                say_json(run_object(run if own_id is None else {**run, "id": own_id}))

        await session.runner.work(threads, done=add, concurrency=options.concurrency)
    if tally.finish_count and not options.json:
        show(runs, messages, tally)
    if session.stopped:
        remaining = tally.total - tally.finish_count
        note(f"stopped: {tally.finish_count} done, {remaining} left; go on with: {command('resume', '--all')}")
        return INTERRUPTED
    return 1 if tally.by_status["failed"] else 0


def status_text() -> str:
    """Return the text that is shown until the first run has finished."""
    return preparation() or "working"
