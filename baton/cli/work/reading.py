"""Reads the database without the machinery that works runs. Light on purpose, see `baton.config.home`."""

from contextlib import suppress
from pathlib import Path

from baton.cli.terminal.output import note
from baton.config.home import database_file, home, load_env, refuse_no_folder
from baton.config.trust import refuse_open
from baton.errors import BadSetting, UnknownThread, UsageError
from baton.runs.registry import entries, no_such_graph
from baton.storage import dead_letter_rows, run_rows, summaries
from baton.storage import show as shown
from baton.storage.known_files import refuse_if_gone
from baton.storage.records import DeadLetter, RunRow, RunSummary, StepAttempt
from baton.storage.sqlite_file import connect_for_reading


def find_database() -> Path | None:
    """Return the database's file; None where there is none yet. Neither home nor database is made.

    Raises:
        BatonError: the settings name no usable file, the database has vanished, or the home is another user's.
    """
    load_env()
    file = database_file()
    refuse_no_folder()
    if home().is_dir():
        refuse_open(home())
    refuse_if_gone(file)
    return file if file.exists() else None


def message_of(row: RunRow) -> str:
    """Return the message of a run's input; an empty text where it has none."""
    return str((row.input_data or {}).get("message", ""))


def list_runs(status: str | None, graph: str | None, limit: int, offset: int) -> list[RunSummary]:
    """Return a page of runs, urgent ones first, then the newest.

    Raises:
        UnknownGraph: no graph of that name is registered, and none was ever worked here.
        BatonError: the database cannot be read.
    """
    file, runs, used_graphs = find_database(), [], set[str]()
    if file is not None:
        with connect_for_reading(file) as tx:
            runs = summaries.list_runs(tx, status=status, graph=graph, limit=limit, offset=offset)
            used_graphs = run_rows.graphs(tx) if graph and not runs else used_graphs
    if graph and not runs:
        _refuse_unknown(graph, used_graphs)
    return runs


def _refuse_unknown(graph: str, used_graphs: set[str]) -> None:
    """Refuse a name that is neither registered nor among the `worked` graphs: it was mistyped."""
    names = set(used_graphs)
    with suppress(BadSetting):  # the commands that need the list report its errors
        names |= entries().keys()
    if graph not in names:
        raise no_such_graph(graph, names)


def read_run(thread_id: str, run: int | None) -> tuple[RunSummary, str, list[StepAttempt]]:
    """Return one run, by default the thread's last, with its message and its steps.

    Raises:
        UnknownThread: there is no such run.
    """
    file = find_database()
    if file is None:
        raise UnknownThread(f"no run has the thread id {thread_id!r}; there are none in {home()}")
    with connect_for_reading(file) as tx:
        row = run_rows.get(tx, thread_id, run)
        return summaries.summary(tx, row), message_of(row), shown.steps(tx, thread_id, row.run)


def list_dead_letters(status: str | None) -> list[DeadLetter]:
    """Return the dead letters, those of urgent runs first, then the newest.

    Raises:
        BatonError: the database cannot be read.
    """
    file = find_database()
    if file is None:
        return []
    with connect_for_reading(file) as tx:
        return dead_letter_rows.list_dead_letters(tx, status)


def read_dead_letter(letter_id: str) -> DeadLetter:
    """Return one dead letter with its evidence.

    Raises:
        UsageError: no dead letter has this id.
    """
    file = find_database()
    if file is None:
        raise UsageError(f"no dead letter has the id {letter_id[:80]!r}; there are none in {home()}")
    with connect_for_reading(file) as tx:
        return dead_letter_rows.get(tx, letter_id)


def list_open_dead_letters(thread_id: str, run: int) -> list[DeadLetter]:
    """Return the open dead letters of a run, oldest first; the database must exist."""
    with connect_for_reading(database_file()) as tx:
        return dead_letter_rows.list_open(tx, thread_id, run)


def note_empty_home(noun: str) -> None:
    """Print that the home has none of these."""
    note(f"no {noun} in {home()}")
