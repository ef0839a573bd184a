"""The one door to everything Baton keeps: short transactions, shared commits.

`await database.do(work)` runs a short plain function in one durable transaction. One thread owns the file: all
work that arrives while a commit is running joins the next transaction, so runs that happen at once share an fsync.
Where one piece of work fails, the transaction begins anew and each piece runs behind a savepoint, so that it does not
sink the others. What a transaction has read, no other process changes before it ends. Rules for `work`: no I/O, nothing
kept outside the transaction (it may run twice), `ON CONFLICT` instead of `INSERT OR`.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from baton.errors import StorageError
from baton.storage.sqlite_file import Connection, is_undecodable, open_database, storage_error
from baton.storage.transaction import Transaction

T = TypeVar("T")
WRITE_DELAY_S = 0.2  # how long what is enqueued or buffered waits at most for a transaction
COMMIT_DELAY_S = 0.0005  # how long a transaction waits for more work, where all that it has can wait

FILE_FAULTS = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
}
"""Error codes of SQLite that concern the file, not the statement."""

Work = Callable[[Transaction], T]


class Job(NamedTuple):
    """Work to do: the future of its result, whether it can wait for more, whether it must survive a power cut."""

    work: Work[Any]
    done: "asyncio.Future[Any] | None"
    can_wait: bool
    durable: bool


class WriteBuffer:
    """Items for the next transaction, and the function that writes them."""

    def __init__(self, write: Callable[[Transaction, list[Any]], None]) -> None:
        self.items: list[Any] = []
        self._write = write

    def take(self) -> Work[None]:
        """Empty the buffer; return the work that writes what was in it."""
        items, self.items = self.items, []
        return lambda tx: self._write(tx, items)


class Database:
    """A SQLite file behind one writer thread at `synchronous=FULL`."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self.path = path
        self.id = connection.database_id
        self._connection = connection
        self._inode = path.stat().st_ino
        self._queue: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._posted: list[Work[Any]] = []
        self._buffers: list[WriteBuffer] = []
        self._flush_is_due = False
        self._durable = True
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="baton-writer", daemon=True)
        self._thread.start()

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Open or create the file.

        Raises:
            StorageError: it is not ours, newer than this code, damaged or cannot be used.
        """
        return cls(path, await asyncio.to_thread(open_database, path, thorough=True))

    async def do(self, work: Work[T], *, can_wait: bool = False, durable: bool = True) -> T:
        """Run `work` in a transaction; return its result once that transaction is on disk.

        With `can_wait` it waits up to COMMIT_DELAY_S, to share the commit with other work that is about to come.
        Without `durable` it survives a crash of this process, as everything does, but not a power cut: for reads, and
        for what means nothing after a restart of the machine.

        Raises:
            StorageError: the transaction could not be committed; nothing of it was kept.
        """
        done: asyncio.Future[T] = self._loop.create_future()
        self._check_open()
        self._queue.put([*self._take_buffered(), Job(work, done, can_wait, durable)])
        return await done  # a caller that is cancelled here only stops waiting; the work is done all the same

    def enqueue(self, work: Work[Any]) -> None:
        """Enqueue `work` for the next transaction, at the latest after WRITE_DELAY_S, without waiting for it.

        For work that may be lost in a crash: waking the writer for it would cost more than it does.
        """
        self._check_open()
        self._posted.append(work)
        self._schedule_flush()

    def enqueue_from_thread(self, work: Work[Any]) -> None:
        """Enqueue `work` for the next transaction, from any thread, without waiting for it."""
        self._loop.call_soon_threadsafe(self._enqueue, work)

    def _enqueue(self, work: Work[Any]) -> None:
        if not self._closed:
            self._queue.put([*self._take_buffered(), Job(work, None, can_wait=False, durable=False)])

    def write_buffer(self, write: Callable[[Transaction, list[T]], None]) -> Callable[[T], None]:
        """Return `add(item)`. Items are buffered; `write(tx, items)` runs in the next transaction, as if posted.

        For what comes often: many rows in one statement cost little more than one.
        """
        buffer = WriteBuffer(write)
        self._buffers.append(buffer)

        def add(item: T) -> None:
            buffer.items.append(item)
            self._schedule_flush()

        return add

    def _schedule_flush(self) -> None:
        """Schedule the writing of what is enqueued or buffered within WRITE_DELAY_S."""
        if not self._flush_is_due and not self._closed:
            self._flush_is_due = True
            self._loop.call_later(WRITE_DELAY_S, self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        if not self._closed and (jobs := self._take_buffered()):
            self._queue.put(jobs)

    def _take_buffered(self) -> list[Job]:
        posted, self._posted = self._posted, []
        works = [*posted, *(buffer.take() for buffer in self._buffers if buffer.items)]
        return [Job(work, None, can_wait=True, durable=False) for work in works]

    async def close(self) -> None:
        """Finish what is queued, then close the file."""
        self.begin_close()
        await asyncio.to_thread(self._thread.join)

    def begin_close(self) -> None:
        """Begin to close, without waiting: for a database whose event loop is gone."""
        self._flush()
        self._closed = True
        self._queue.put(None)

    def join(self, seconds: float) -> None:
        """Wait until what was queued before `begin_close` is on disk."""
        self._thread.join(seconds)

    def _check_open(self) -> None:
        if self._closed:  # else no thread is left to do the work, and its caller would wait for ever
            raise StorageError(f"{self.path} is closed")

    def _work(self) -> None:
        closing = False
        while not closing:
            jobs, closing = self._batch()
            if jobs:
                outcomes = self._commit(jobs)
                with suppress(RuntimeError):  # the loop is gone, and with it every caller that waited
                    self._loop.call_soon_threadsafe(_settle, jobs, outcomes)
        self._connection.close()

    def _batch(self) -> tuple[list[Job], bool]:
        """Wait for work; return all that is there, and whether the database is closed after it.

        While all of it can wait, more is waited for.
        """
        batch: list[Job] = []
        came, all_can_wait = self._queue.get(), True
        with suppress(queue.Empty):
            while came is not None:
                batch += came
                all_can_wait = all_can_wait and all(job.can_wait for job in came)
                came = self._queue.get(timeout=COMMIT_DELAY_S) if all_can_wait else self._queue.get_nowait()
            return batch, True
        return batch, False

    def _refuse_if_replaced(self) -> None:
        """Refuse to write to a file that has no name any more: that would be lost with this process.

        Raises:
            StorageError: its path names another file.
        """
        if self.path.stat().st_ino != self._inode:
            raise StorageError(f"the database {self.path} was replaced while it was in use; start again")

    def _set_durable(self, *, durable: bool) -> None:
        """Set whether the next commit waits for the disk; in write-ahead mode no file is damaged where it does not."""
        if durable != self._durable:
            self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    def _commit(self, jobs: list[Job]) -> list[Any]:
        connection = self._connection
        try:
            self._refuse_if_replaced()
            self._set_durable(durable=any(job.durable for job in jobs))
            connection.execute("BEGIN IMMEDIATE")
            outcomes = _run_together(connection, jobs) or [_run_alone(connection, self.path, job.work) for job in jobs]
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - it belongs to the callers that wait, not to this thread
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return [storage_error(error, self.path)] * len(jobs)
        return outcomes


def _run_together(connection: Connection, jobs: list[Job]) -> list[Any] | None:
    """Run all the work and return its results; None where any fails, and then the transaction begins anew, empty.

    Without savepoints: each statement hands the interpreter's lock over and back, and a savepoint around a statement
    makes it three.
    """
    try:
        return [job.work(connection) for job in jobs]
    except Exception:  # noqa: BLE001 - it is raised again, and returned, when each runs alone
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        return None


def _run_alone(connection: Connection, path: Path, work: Work[Any]) -> Any:
    """Run one piece of work behind a savepoint; return its result or its error, which is not that of the others."""
    connection.execute("SAVEPOINT job")
    try:
        return work(connection)
    except Exception as error:
        if not connection.in_transaction:
            raise  # the whole transaction is gone, for instance the disk is full
        connection.execute("ROLLBACK TO job")
        if isinstance(error, StopIteration):  # a future refuses it, and the others would never get theirs
            return RuntimeError("the work ended in a StopIteration")
        return storage_error(error, path) if _is_file_fault(error) else error
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE job")


def _is_file_fault(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    is_check = code == sqlite3.SQLITE_CONSTRAINT_CHECK  # what we write fits: the check itself was damaged
    return code & 0xFF in FILE_FAULTS or is_check or is_undecodable(error)


def _settle(jobs: list[Job], outcomes: list[Any]) -> None:
    for job, outcome in zip(jobs, outcomes, strict=True):
        done = job.done
        if done is None or done.cancelled():
            continue
        if isinstance(outcome, BaseException):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)
