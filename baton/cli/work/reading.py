"""Looking at the database without the machinery that works runs. Light on purpose, see `baton.config.home`."""

from contextlib import suppress
from pathlib import Path

from baton.cli.terminal.output import note
from baton.config.home import database_file, home, load_env, refuse_no_folder
from baton.config.trust import refuse_open
from baton.errors import BadSetting, UnknownThread, UsageError
from baton.runs.registry import entries, unknown_graph
from baton.storage import letter_rows, run_rows, summaries
from baton.storage import show as shown
from baton.storage.known_files import refuse_if_gone
from baton.storage.records import DeadLetter, RunRow, RunSummary, StepAttempt
from baton.storage.sqlite_file import reading


def existing_database() -> Path | None:
    """The database's file; None in a home that is not there yet, which is not made for a look.

    Raises:
        BatonError: it cannot be said where it is, it was there and is gone, or the home is another user's.
    """
    load_env()
    file = database_file()
    refuse_no_folder()
    if home().is_dir():
        refuse_open(home())
    refuse_if_gone(file)
    return file if file.exists() else None


def message_of(row: RunRow) -> str:
    """The message that a run's row was given."""
    return str((row.input_data or {}).get("message", ""))


def run_list(status: str | None, graph: str | None, limit: int, offset: int) -> list[RunSummary]:
    """Runs, newest first.

    Raises:
        UnknownGraph: no graph of that name is registered, and none was ever worked here.
        BatonError: the database cannot be read.
    """
    file, found, worked = existing_database(), [], set[str]()
    if file is not None:
        with reading(file) as tx:
            found = summaries.listing(tx, status=status, graph=graph, limit=limit, offset=offset)
            worked = run_rows.graphs(tx) if graph and not found else worked
    if graph and not found:
        _refuse_unknown(graph, worked)
    return found


def _refuse_unknown(graph: str, worked: set[str]) -> None:
    """A name that nobody knows was mistyped: no run of it is no answer."""
    known = set(worked)
    with suppress(BadSetting):  # a list that cannot be used is told by the commands that need it
        known |= entries().keys()
    if graph not in known:
        raise unknown_graph(graph, known)


def run_steps(thread_id: str, run: int | None) -> tuple[RunSummary, str, list[StepAttempt]]:
    """One run, the thread's last where no number is given, its message and its steps.

    Raises:
        UnknownThread: there is no such run.
    """
    file = existing_database()
    if file is None:
        raise UnknownThread(f"no run has the thread id {thread_id!r}; there are none in {home()}")
    with reading(file) as tx:
        row = run_rows.get(tx, thread_id, run)
        return summaries.summary(tx, row), message_of(row), shown.steps(tx, thread_id, row.run)


def letter_list(status: str | None) -> list[DeadLetter]:
    """Dead letters, newest first.

    Raises:
        BatonError: the database cannot be read.
    """
    file = existing_database()
    if file is None:
        return []
    with reading(file) as tx:
        return letter_rows.listing(tx, status)


def one_letter(letter_id: str) -> DeadLetter:
    """One dead letter with its evidence.

    Raises:
        UsageError: there is none of that id.
    """
    file = existing_database()
    if file is None:
        raise UsageError(f"no dead letter has the id {letter_id[:80]!r}; there are none in {home()}")
    with reading(file) as tx:
        return letter_rows.get(tx, letter_id)


def open_letters(thread_id: str, run: int) -> list[DeadLetter]:
    """The open dead letters of a run that is there, oldest first."""
    with reading(database_file()) as tx:
        return letter_rows.open_of(tx, thread_id, run)


def home_listing(things: str) -> None:
    """Say where nothing was found."""
    note(f"no {things} in {home()}")
