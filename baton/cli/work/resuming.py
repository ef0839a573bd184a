"""Goes on with runs that were queued, cut off or failed."""

from baton.cli.terminal.output import note
from baton.cli.work.reading import message_of
from baton.cli.work.session import Session, in_session
from baton.cli.work.working import ManyOptions, print_run, work_many, work_one
from baton.config.home import home
from baton.storage import run_rows
from baton.storage.run_status import RESUMABLE


def resume_one(thread_id: str, run: int | None, *, json: bool) -> int:
    """Go on with one run, by default the thread's last; print it and return its exit code.

    A run that needs no work is printed as it is.

    Raises:
        UnknownThread: there is no such run.
        UsageError: another process works it.
    """

    async def work(session: Session) -> int:
        summary = await session.runner.summary(thread_id, run=run)
        at_breakpoint = summary["status"] == "waiting" and not summary["waiting_for"]
        if summary["status"] not in RESUMABLE and not at_breakpoint:
            note(f"{thread_id} is {summary['status'].replace('_', ' ')}; there is nothing to go on with")
            return print_run(session, summary, json=json)
        return await work_one(session, thread_id, json=json)

    return in_session(work)


def resume_all(concurrency: int | None, *, json: bool) -> int:
    """Go on with all runs that need it, print them and return the exit code; 0 also where none does."""

    async def work(session: Session) -> int:
        database, settings = session.resources.database, session.resources.settings
        rows = await database.do(run_rows.resumable)
        messages = {row.thread_id: message_of(row) for row in rows}
        threads = list(messages)
        if not threads:
            note(f"nothing to go on with in {home()}")
            return 0
        note(f"going on with {len(threads)} run{'' if len(threads) == 1 else 's'}")
        options = ManyOptions(json, concurrency or settings.runs_at_once())
        return await work_many(session, threads, messages=messages, options=options)

    return in_session(work)
