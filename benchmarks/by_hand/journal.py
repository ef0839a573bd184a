"""Everything that is kept, in one SQLite file: runs, the updates of their steps, attempts, effects and dead letters."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS runs (
    thread TEXT PRIMARY KEY, key TEXT NOT NULL, status TEXT NOT NULL, inquiry TEXT NOT NULL, output TEXT
);
CREATE TABLE IF NOT EXISTS steps (
    thread TEXT NOT NULL, step TEXT NOT NULL, written TEXT NOT NULL, PRIMARY KEY (thread, step)
);
CREATE TABLE IF NOT EXISTS attempts (
    thread TEXT NOT NULL, step TEXT NOT NULL, attempt INTEGER NOT NULL, started REAL NOT NULL,
    latency_ms REAL NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, error TEXT
);
CREATE TABLE IF NOT EXISTS effects (key TEXT PRIMARY KEY, args TEXT NOT NULL, receipt TEXT);
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY, thread TEXT NOT NULL, step TEXT NOT NULL, given TEXT NOT NULL, error TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open'
);
"""
BUSY_S = 10


class RunRow(NamedTuple):
    """A run; `key` is its own word in the keys of its effects, `inquiry` and `output` are JSON text."""

    thread: str
    key: str
    status: str
    inquiry: str
    output: str | None


class Attempt(NamedTuple):
    """One attempt of a step; `started` is Unix seconds, `error` None where it succeeded."""

    thread: str
    step: str
    attempt: int
    started: float
    latency_ms: float
    input_tokens: int
    output_tokens: int
    error: str | None


class Letter(NamedTuple):
    """A step that failed for good, with what it was given (JSON text)."""

    id: int
    thread: str
    step: str
    given: str
    error: str
    status: str


class Journal:
    """The file; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def begin(self, thread: str, inquiry: str) -> None:
        """Insert a run; raises sqlite3.IntegrityError where the thread is taken."""
        self._db.execute("INSERT INTO runs VALUES (?, ?, 'queued', ?, NULL)", (thread, uuid4().hex, inquiry))

    def run(self, thread: str) -> RunRow:
        """Return a run; raises LookupError without one."""
        row = self._db.execute("SELECT * FROM runs WHERE thread = ?", (thread,)).fetchone()
        if row is None:
            raise LookupError(f"there is no run {thread!r}")
        return RunRow(*row)

    def end(self, thread: str, status: str, output: str | None = None) -> None:
        """Set the status of a run, and its output."""
        self._db.execute("UPDATE runs SET status = ?, output = ? WHERE thread = ?", (status, output, thread))

    def written(self, thread: str, step: str) -> str | None:
        """Return the update that a step has written, as JSON text; None where it has not ended."""
        row = self._db.execute("SELECT written FROM steps WHERE thread = ? AND step = ?", (thread, step)).fetchone()
        return None if row is None else str(row[0])

    def keep(self, attempt: Attempt, written: str | None) -> None:
        """Insert an attempt, and with it what the step wrote."""
        with self._transaction():
            self._db.execute("INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", attempt)
            if written is not None:
                self._db.execute("INSERT INTO steps VALUES (?, ?, ?)", (attempt.thread, attempt.step, written))

    def attempts(self, thread: str) -> list[Attempt]:
        """Return every attempt of a run in the order in which they began."""
        rows = self._db.execute("SELECT * FROM attempts WHERE thread = ? ORDER BY rowid", (thread,))
        return [Attempt(*row) for row in rows]

    def intend(self, key: str, args: str) -> tuple[str, str | None]:
        """Insert the intent of an effect unless it is there; return its arguments, and its receipt where it is done."""
        with self._transaction():
            self._db.execute("INSERT INTO effects VALUES (?, ?, NULL) ON CONFLICT DO NOTHING", (key, args))
            args, receipt = self._db.execute("SELECT args, receipt FROM effects WHERE key = ?", (key,)).fetchone()
        return args, receipt

    def close_effect(self, key: str, receipt: Any) -> None:
        """Keep the receipt of an effect."""
        self._db.execute("UPDATE effects SET receipt = ? WHERE key = ?", (json.dumps(receipt), key))

    def bury(self, thread: str, step: str, given: str, error: str) -> None:
        """Insert a dead letter and end the run with it."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO letters (thread, step, given, error) VALUES (?, ?, ?, ?)", (thread, step, given, error)
            )
            self._db.execute("UPDATE runs SET status = 'dead_lettered' WHERE thread = ?", (thread,))

    def letters(self) -> list[Letter]:
        """Return all dead letters, the oldest first."""
        return [Letter(*row) for row in self._db.execute("SELECT * FROM letters ORDER BY id")]

    def reopen(self, letter_id: int) -> str:
        """Close an open letter as replayed, queue its run, and return its thread; raises LookupError without one."""
        update = "UPDATE letters SET status = 'replayed' WHERE id = ? AND status = 'open' RETURNING thread"
        with self._transaction():
            row = self._db.execute(update, (letter_id,)).fetchone()
            if row is None:
                raise LookupError(f"there is no open dead letter {letter_id}")
            self._db.execute("UPDATE runs SET status = 'queued' WHERE thread = ?", row)
        return str(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
