"""The bank's SQLite file: its tables, how it is opened, and how records are read from it.

All functions block: they run on the bank's own thread.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

from bank.ledger.population import populate
from bank.ledger.protocol import UnknownCustomer
from bank.ledger.records import Account, Card, Customer, Transaction
from baton.errors import StorageError
from baton.records import Record
from baton.storage.sqlite_file import no_room

BUSY_TIMEOUT_S = 30.0
_APPLICATION_ID = 0x48424E4B
_VERSION = 1
_TABLES: dict[str, type[Record]] = {
    "customers": Customer, "accounts": Account, "cards": Card, "transactions": Transaction,
}  # fmt: skip
_SCHEMA = (
    "CREATE TABLE customers (customer_id TEXT UNIQUE, name TEXT, email TEXT, country TEXT, status TEXT)",
    "CREATE TABLE accounts (account_id TEXT UNIQUE, customer_id TEXT, currency TEXT, balance TEXT, status TEXT)",
    """CREATE TABLE cards (card_id TEXT UNIQUE, customer_id TEXT, account_id TEXT, last4 TEXT, kind TEXT, status TEXT,
        daily_limit TEXT, expires TEXT, reported INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TABLE transactions (transaction_id TEXT UNIQUE, customer_id TEXT, account_id TEXT, card_id TEXT, at TEXT,
        merchant TEXT, amount TEXT, currency TEXT, kind TEXT, status TEXT,
        foreign_amount TEXT, foreign_currency TEXT)""",
    "CREATE INDEX cards_of ON cards (customer_id)",
    "CREATE INDEX accounts_of ON accounts (customer_id)",
    "CREATE INDEX transactions_of ON transactions (customer_id, at)",
    """CREATE TABLE disputes (dispute_id TEXT UNIQUE, transaction_id TEXT, account_id TEXT, customer_id TEXT,
        reason TEXT, status TEXT, opened_at TEXT)""",
    "CREATE INDEX disputes_of ON disputes (account_id)",
    """CREATE TABLE requests (number INTEGER PRIMARY KEY, idempotency_key TEXT UNIQUE, request TEXT,
        receipt TEXT, refused_code TEXT, refused_message TEXT)""",
    """CREATE TABLE log (number INTEGER PRIMARY KEY, at TEXT, idempotency_key TEXT, action TEXT, args TEXT,
        replayed INTEGER, result TEXT)""",
)

R = TypeVar("R", bound=Record)


def connect(path: Path, today: date) -> sqlite3.Connection:
    """Open the file, creating and seeding it when it is new; raises StorageError naming the file."""
    try:
        _create_private(path)
        db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"cannot open the bank at {path}: {error}; is its folder there and writable?") from error
    try:
        db.row_factory = sqlite3.Row
        _prepare(db, today)
    except (sqlite3.Error, StorageError) as error:
        db.close()
        way_out = "free some space on its disk" if no_room(error) else "restore it from a backup, or set BATON_HOME"
        raise StorageError(f"{path} cannot be used as a bank: {error}; {way_out}") from error
    return db


@contextmanager
def write(db: sqlite3.Connection) -> Iterator[None]:
    """Hold the file's write lock; commit all changes made inside, or none where an error is raised."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def reset(db: sqlite3.Connection, today: date) -> None:
    """Delete everything, the log and the keys too, and seed anew."""
    with write(db):
        for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            db.execute(f"DROP TABLE {row['name']}")
        _seed(db, today)


def customer(db: sqlite3.Connection, customer_id: str) -> Customer:
    """Return the customer; raises UnknownCustomer."""
    row = db.execute("SELECT * FROM customers WHERE customer_id = ?", (customer_id,)).fetchone()
    if row is None:
        raise UnknownCustomer(customer_id)
    return Customer(**dict(row))


def select(db: sqlite3.Connection, shape: type[R], rest: str, *values: str | int) -> list[R]:
    """Return the records of that shape; `rest` is the statement from WHERE on."""
    table = next(name for name, record in _TABLES.items() if record is shape)
    columns = ", ".join(shape.model_fields)
    rows = db.execute(f"SELECT {columns} FROM {table} {rest}", values)  # noqa: S608 - names are ours, values are bound
    return [shape(**dict(row)) for row in rows]


def next_number(db: sqlite3.Connection, table: str) -> int:
    """Return the number of the table's next row; rows are never deleted, so no number is used twice."""
    return int(db.execute(f"SELECT coalesce(max(rowid), 0) + 1 FROM {table}").fetchone()[0])  # noqa: S608 - ours


def insert(table: str, columns: Iterable[str]) -> str:
    """Return the INSERT statement with one named parameter per column."""
    names = list(columns)
    marks = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names are ours, values are bound


def _create_private(path: Path) -> None:
    """Make the file readable to its owner alone; SQLite gives its side files the same mode.

    An existing file is never opened here: closing it would drop the locks of this process's other connections.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _prepare(db: sqlite3.Connection, today: date) -> None:
    _use_wal(db)
    db.execute("PRAGMA synchronous = FULL")
    if _version(db) == _VERSION:
        return
    with write(db):
        if _version(db) != _VERSION:
            _seed(db, today)
            db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {_VERSION}")


def _use_wal(db: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; SQLite does not wait by itself for others that switch at the same time."""
    if db.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return
    _version(db)
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _version(db: sqlite3.Connection) -> int:
    """Return the bank's version, 0 for a file that is still empty; raises StorageError for any other file."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version == 0 and not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return 0
    if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID or version != _VERSION:
        raise StorageError("it is another program's database or another version's bank")
    return version


def _seed(db: sqlite3.Connection, today: date) -> None:
    for statement in _SCHEMA:
        db.execute(statement)
    fresh = populate(today)
    everything: list[list[Record]] = [[*fresh.customers], [*fresh.accounts], [*fresh.cards], [*fresh.transactions]]
    for (table, shape), records in zip(_TABLES.items(), everything, strict=True):
        db.executemany(insert(table, shape.model_fields), [record.model_dump() for record in records])
