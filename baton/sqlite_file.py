"""Baton's SQLite file: how it is opened, created and checked. Light on purpose, see `baton.home`."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from baton.errors import StorageError

if TYPE_CHECKING:
    from baton.database import Transaction

APPLICATION_ID = 0x4261746F  # "Bato", in the file's header: whose file this is
SCHEMA_VERSION = 1
BUSY_S = 30.0


def connect(path: Path) -> sqlite3.Connection:
    """One connection with our settings; rows answer to names."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous=FULL")
    return connection


@contextmanager
def reading(path: Path) -> Iterator["Transaction"]:
    """A look at the file without a writer thread, for commands that only list.

    Raises:
        StorageError: the file cannot be read or is not ours.
    """
    connection = opened(path)
    try:
        yield connection
    except sqlite3.Error as error:
        raise explained(error, path) from error
    finally:
        connection.close()


def opened(path: Path) -> sqlite3.Connection:
    """A connection to the file, which is created with its tables or checked to be one of ours.

    Raises:
        StorageError: it is not ours, newer than this code, damaged or cannot be used.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = connect(path)
    except (OSError, sqlite3.Error) as error:
        raise explained(error, path) from error
    try:
        _check_or_create(connection, path)
    except BaseException as error:
        connection.close()
        raise explained(error, path) from error
    return connection


def _check_or_create(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] == 0:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not tables:  # else another process was first, or the file is foreign
            _create(connection)
        connection.execute("COMMIT")
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StorageError(f"{path} is not a Baton database; set BATON_HOME or BATON_DATABASE_URL to another place")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise StorageError(
            f"{path} has schema {version}, this Baton knows {SCHEMA_VERSION}; use the Baton that wrote it"
        )


def _create(connection: sqlite3.Connection) -> None:
    for statement in Path(__file__).with_name("schema.sql").read_text("utf-8").split(";\n"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def explained(error: BaseException, path: Path) -> BaseException:
    """A storage failure as one line that says what to do; any other error as it is."""
    if not isinstance(error, OSError | sqlite3.Error):
        return error
    told = error.strerror if isinstance(error, OSError) else str(error)
    return StorageError(
        f"cannot use the database {path}: {told}; free or repair it, or set BATON_HOME to another place"
    )
