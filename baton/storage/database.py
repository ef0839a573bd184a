"""The one door to everything Baton keeps: short transactions, shared commits.

`await database.do(work)` runs a short plain function in one durable transaction. One thread owns the file: all
work that arrives while a commit is running joins the next transaction, so runs that happen at once share an fsync.
Where one piece of work fails, the transaction begins anew and each piece stands behind a savepoint, so that it does not
sink the others. Rules for `work`: no I/O, nothing kept outside the transaction (it may run twice), `ON CONFLICT`
instead of `INSERT OR`, a conditional UPDATE instead of SELECT-then-write.
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
from baton.storage.sqlite_file import Connection, explained, opened, undecodable
from baton.storage.transaction import Transaction

T = TypeVar("T")
POSTED_S = 0.2  # how long posted work waits for a transaction to ride along with
LINGER_S = 0.0005  # how long a transaction whose work may linger waits for more

FILE_FAULTS = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
}
"""Results of SQLite that speak of the file, not of the statement."""

Work = Callable[[Any], T]


class Job(NamedTuple):
    """What to do, who waits for it, whether it may linger until more comes, and whether it must outlive a power cut."""

    work: Work[Any]
    done: "asyncio.Future[Any] | None"
    lingers: bool
    durable: bool


class Rider:
    """What is kept for the next transaction, and who writes it."""

    def __init__(self, write: Callable[[Transaction, list[Any]], None]) -> None:
        self.held: list[Any] = []
        self._write = write

    def work(self) -> Work[None]:
        """The writing of all that is kept until now."""
        held, self.held = self.held, []
        return lambda tx: self._write(tx, held)


class Database:
    """A SQLite file behind one writer thread at `synchronous=FULL`."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self.path = path
        self.id = connection.database_id
        self._connection = connection
        self._inode = path.stat().st_ino
        self._queue: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._posted: list[Work[Any]] = []
        self._riders: list[Rider] = []
        self._timed = False
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
        return cls(path, await asyncio.to_thread(opened, path, thorough=True))

    async def do(self, work: Work[T], *, linger: bool = False, durable: bool = True) -> T:
        """Run `work` in a transaction; return its result once that transaction is on disk.

        With `linger` it waits for a moment, to share the commit with other work that is about to come. What is not
        `durable` is safe from a crash of this process, as everything is, but not from a power cut: for what reads
        only, or means nothing to a machine that starts anew.

        Raises:
            StorageError: the transaction could not be committed; nothing of it was kept.
        """
        done: asyncio.Future[T] = self._loop.create_future()
        self._check_open()
        self._queue.put([*self._take_posted(), Job(work, done, linger, durable)])
        return await done  # whoever is cancelled here only stops waiting; the work is done all the same

    def post(self, work: Work[Any]) -> None:
        """Run `work` before whatever is asked for next, without waiting. For what may be lost in a crash.

        It rides along with the next transaction, or goes alone after POSTED_S: waking the writer costs more than it.
        """
        self._check_open()
        self._posted.append(work)
        self._soon()

    def soon(self, work: Work[Any]) -> None:
        """Run `work` in the next transaction, from whichever thread, without waiting for it."""
        self._loop.call_soon_threadsafe(self._put, work)

    def _put(self, work: Work[Any]) -> None:
        if not self._closed:
            self._queue.put([*self._take_posted(), Job(work, None, lingers=False, durable=False)])

    def riding(self, write: Callable[[Transaction, list[T]], None]) -> Callable[[T], None]:
        """A function that keeps one thing to be written as if posted: `write` gets all that came since the last time.

        For what comes often: many rows in one statement cost little more than one.
        """
        rider = Rider(write)
        self._riders.append(rider)

        def keep(thing: T) -> None:
            rider.held.append(thing)
            self._soon()

        return keep

    def _soon(self) -> None:
        """See to it that what is posted, or waits to ride along, is written within POSTED_S."""
        if not self._timed and not self._closed:
            self._timed = True
            self._loop.call_later(POSTED_S, self._send_posted)

    def _send_posted(self) -> None:
        self._timed = False
        if not self._closed and (jobs := self._take_posted()):
            self._queue.put(jobs)

    def _take_posted(self) -> list[Job]:
        posted, self._posted = self._posted, []
        works = [*posted, *(rider.work() for rider in self._riders if rider.held)]
        return [Job(work, None, lingers=True, durable=False) for work in works]

    async def close(self) -> None:
        """Finish what is queued, then let the file go."""
        self.let_go()
        await asyncio.to_thread(self._thread.join)

    def let_go(self) -> None:
        """As `close`, without waiting: for a database whose event loop is gone."""
        self._send_posted()
        self._closed = True
        self._queue.put(None)

    def join(self, seconds: float) -> None:
        """Wait until what was queued before `let_go` is on disk."""
        self._thread.join(seconds)

    def _check_open(self) -> None:
        if self._closed:  # else nobody may be left to do it, and whoever waits would wait for ever
            raise StorageError(f"{self.path} is closed")

    def _work(self) -> None:
        closing = False
        while not closing:
            jobs, closing = self._batch()
            if jobs:
                outcomes = self._commit(jobs)
                with suppress(RuntimeError):  # the loop is gone, and with it everyone who waited
                    self._loop.call_soon_threadsafe(_settle, jobs, outcomes)
        self._connection.close()

    def _batch(self) -> tuple[list[Job], bool]:
        """All that waits, when all of it may linger then with what comes next; and whether nothing will follow."""
        batch: list[Job] = []
        came, patient = self._queue.get(), True
        with suppress(queue.Empty):
            while came is not None:
                batch += came
                patient = patient and all(job.lingers for job in came)
                came = self._queue.get(timeout=LINGER_S) if patient else self._queue.get_nowait()
            return batch, True
        return batch, False

    def _refuse_if_replaced(self) -> None:
        """What is written to a file that has no name any more is lost with this process."""
        if self.path.stat().st_ino != self._inode:
            raise StorageError(f"the database {self.path} was replaced while it was in use; start again")

    def _sync(self, *, durable: bool) -> None:
        """Whether the next commit waits for the disk; in write-ahead mode no file is damaged where it does not."""
        if durable != self._durable:
            self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    def _commit(self, jobs: list[Job]) -> list[Any]:
        connection = self._connection
        try:
            self._refuse_if_replaced()
            self._sync(durable=any(job.durable for job in jobs))
            connection.execute("BEGIN IMMEDIATE")
            outcomes = _together(connection, jobs) or [_attempt(connection, self.path, job.work) for job in jobs]
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait, not to this thread
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return [explained(error, self.path)] * len(jobs)
        return outcomes


def _together(connection: Connection, jobs: list[Job]) -> list[Any] | None:
    """What all the work gives, or None where any fails: then nothing is done, and the transaction begins anew.

    Each statement hands the interpreter's lock over and back, so a savepoint around a statement makes it three.
    """
    try:
        return [job.work(connection) for job in jobs]
    except Exception:  # noqa: BLE001 - it is found again, and told, when each is tried by itself
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        return None


def _attempt(connection: Connection, path: Path, work: Work[Any]) -> Any:
    """One piece of work behind a savepoint, so its failure is its own."""
    connection.execute("SAVEPOINT job")
    try:
        return work(connection)
    except Exception as error:
        if not connection.in_transaction:
            raise  # the whole transaction is gone, for instance the disk is full
        connection.execute("ROLLBACK TO job")
        if isinstance(error, StopIteration):  # a future refuses it, and the others would never hear of theirs
            return RuntimeError("the work ended in a StopIteration")
        return explained(error, path) if _of_the_file(error) else error
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE job")


def _of_the_file(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    unfit = code == sqlite3.SQLITE_CONSTRAINT_CHECK  # what we write fits; it is the check that was damaged
    return code & 0xFF in FILE_FAULTS or unfit or undecodable(error)


def _settle(jobs: list[Job], outcomes: list[Any]) -> None:
    for job, outcome in zip(jobs, outcomes, strict=True):
        done = job.done
        if done is None or done.cancelled():
            continue
        if isinstance(outcome, BaseException):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)
