"""The embedded bank: one SQLite file, one thread of its own, one transaction per request to act.

A transaction checks the rules, changes the rows, keeps the key with its outcome and writes the log, so after
a crash all of it is there or none. Several processes may use the same file: the write lock orders them.
Keys are kept for as long as the file is.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from bank.ledger import tables
from bank.ledger.actions import BankAction
from bank.ledger.effects import plan
from bank.ledger.protocol import BadRequest, BankError, BankUnavailable, UnknownCustomer
from bank.ledger.records import Account, Card, Customer, LogLine, Receipt, Transaction
from bank.ledger.requests import BankRequest, read_log, settle
from baton.errors import StorageError
from baton.records import Record
from desk.clock import now

MOST_TRANSACTIONS = 500
_LONGEST_KEY = 255

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class SqliteBank:
    """A `Bank` in a file; get one with `open`. It may be used from several event loops."""

    def __init__(self, db: sqlite3.Connection, worker: ThreadPoolExecutor, clock: Callable[[], datetime]) -> None:
        self._db, self._worker, self._clock = db, worker, clock
        self._closed = False

    @classmethod
    async def open(cls, path: Path, *, clock: Callable[[], datetime] = now) -> "SqliteBank":
        """Open the file, seeding a new one; raises StorageError when it cannot be used."""
        worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bank")
        loop = asyncio.get_running_loop()
        try:
            db = await loop.run_in_executor(worker, tables.connect, path, clock().date())
        except BaseException:
            worker.shutdown(wait=False)
            raise
        return cls(db, worker, clock)

    async def customer(self, customer_id: str) -> Customer:
        """See `Bank`."""
        return await self._run(tables.customer, _valid_id(customer_id))

    async def accounts(self, customer_id: str) -> list[Account]:
        """See `Bank`."""
        return await self._run(_select_own, _valid_id(customer_id), Account, "ORDER BY rowid")

    async def cards(self, customer_id: str) -> list[Card]:
        """See `Bank`."""
        return await self._run(_select_own, _valid_id(customer_id), Card, "ORDER BY rowid")

    async def transactions(self, customer_id: str, limit: int = 50) -> list[Transaction]:
        """See `Bank`."""
        if not 1 <= limit <= MOST_TRANSACTIONS:
            raise BadRequest(f"limit must be 1 to {MOST_TRANSACTIONS}, not {limit}")
        order = f"ORDER BY at DESC, rowid DESC LIMIT {limit:d}"
        return await self._run(_select_own, _valid_id(customer_id), Transaction, order)

    async def check(self, customer_id: str, action: BankAction) -> dict[str, str]:
        """See `Bank`."""
        return (await self._run(plan, _valid_id(customer_id), action, self._clock())).result

    async def perform(self, customer_id: str, action: BankAction, *, key: str) -> Receipt:
        """See `Bank`."""
        if not (key.isascii() and key.isprintable() and key.strip() and len(key) <= _LONGEST_KEY):
            raise BadRequest(f"an idempotency key has 1 to {_LONGEST_KEY} printable ASCII characters")
        outcome = await self._run(settle, BankRequest(_valid_id(customer_id), action, key, self._clock()))
        if isinstance(outcome, BankError):
            raise outcome
        return outcome

    async def log(self) -> list[LogLine]:
        """See `Bank`."""
        return await self._run(read_log)

    async def reset(self) -> None:
        """Forget everything, the log and the keys too, and seed afresh."""
        await self._run(tables.reset, self._clock().date())

    async def aclose(self) -> None:
        """See `Bank`; earlier calls are finished first."""
        if self._closed:
            return
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._worker, self._db.close)
        self._worker.shutdown(wait=False)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        """Run blocking work on the bank's thread, with its connection as the first argument, and return its result.

        Raises:
            BankUnavailable: the file is busy.
            StorageError: the bank is closed, or its file is damaged.
        """
        if self._closed:
            raise StorageError("the bank is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, partial(work, self._db, *args))
        except sqlite3.OperationalError as error:
            raise BankUnavailable(f"the bank's file cannot be used now: {error}") from error
        except sqlite3.Error as error:
            raise StorageError(f"the bank's file is damaged: {error}") from error


def _valid_id(customer_id: str) -> str:
    """Return the id; raises UnknownCustomer unless it is ASCII, for SQLite refuses lone surrogates."""
    if not customer_id.isascii():
        raise UnknownCustomer(customer_id)
    return customer_id


def _select_own(db: sqlite3.Connection, customer_id: str, shape: type[R], order: str) -> list[R]:
    tables.customer(db, customer_id)
    return tables.select(db, shape, f"WHERE customer_id = ? {order}", customer_id)
