"""Goes on with runs that were queued, cut off or failed."""

from collections.abc import Sequence

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import note
from baton.cli.views.phrases import count_text
from baton.cli.work.reading import message_of
from baton.cli.work.session import Session, in_session
from baton.cli.work.working import ManyOptions, print_run, work_many, work_one
from baton.config.home import home
from baton.storage import run_rows
from baton.storage.records import RunRow
from baton.storage.run_status import RESUMABLE

MOST_NAMED = 10


def resume_one(thread_id: str, run: int | None, *, budget_tokens: int | None, json: bool) -> int:
    """Go on with one run, by default the thread's last; print it and return its exit code.

    A run that needs no work is printed as it is.

    Raises:
        UnknownThread: there is no such run.
        UsageError: another process works it, or it is given a new budget and needs no work.
    """

    async def work(session: Session) -> int:
        summary = await session.runner.summary(thread_id, run=run)
        at_breakpoint = summary["status"] == "waiting" and not summary["waiting_for"]
        if summary["status"] not in RESUMABLE and not at_breakpoint and budget_tokens is None:
            note(f"{thread_id} is {summary['status'].replace('_', ' ')}; there is nothing to go on with")
            return print_run(session, summary, json=json)
        return await work_one(session, thread_id, json=json, budget_tokens=budget_tokens)

    return in_session(work)


def resume_all(concurrency: int | None, *, json: bool) -> int:
    """Go on with all runs that need it, print them and return the exit code; 0 also where none does.

    Those that failed for their budget are named and left.
    """

    async def work(session: Session) -> int:
        database, settings = session.resources.database, session.resources.settings
        rows = await database.do(run_rows.resumable)
        _name_runs_over_budget(await database.do(run_rows.over_budget))
        messages = {row.thread_id: message_of(row) for row in rows}
        threads = list(messages)
        if not threads:
            note(f"nothing to go on with in {home()}")
            return 0
        note(f"going on with {len(threads)} run{'' if len(threads) == 1 else 's'}")
        options = ManyOptions(json, concurrency or settings.runs_at_once())
        return await work_many(session, threads, messages=messages, options=options)

    return in_session(work)


def _name_runs_over_budget(rows: Sequence[RunRow]) -> None:
    """Print in one line which runs wait for a larger budget, and how they get it; nothing where none does."""
    if not rows:
        return
    names = [row.thread_id for row in rows[:MOST_NAMED]]
    more = [f"{len(rows) - MOST_NAMED} more"] if len(rows) > MOST_NAMED else []
    verb = "waits" if len(rows) == 1 else "wait"
    way = command("resume", "THREAD", "--budget-tokens", "N")
    note(f"{count_text(len(rows), 'run')} {verb} for a larger budget ({way}): {', '.join([*names, *more])}")
