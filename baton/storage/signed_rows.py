"""Whether a database and a home's key belong together. Light on purpose, see `baton.config.home`."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from baton.errors import StorageError, TamperedCheckpoint
from baton.storage.known_files import refuse_if_gone
from baton.storage.signer import Signer
from baton.storage.sqlite_file import FAULTS, connect_read_only, is_baton_database, storage_error

NEWEST_ROWS = 20  # of a table that are tried: one that was changed must not decide for all
TABLES = ("runs", "effects")
CHECKPOINT_CONTEXT = ("thread_id", "checkpoint_ns", "checkpoint_id", "parent_id", "type", "metadata")
"""The columns that a checkpoint is signed together with."""

NEWEST = "SELECT * FROM {} WHERE {} IS NOT NULL ORDER BY rowid DESC LIMIT {}"


def holds_signed(connection: sqlite3.Connection) -> bool:
    """Whether anything in a database of ours, of any schema, is signed."""
    return next(_verdicts(connection, b""), None) is not None


def key_fits(connection: sqlite3.Connection, key: bytes) -> bool:
    """Whether any of the newest signed rows is signed with that key; True where nothing is signed."""
    verdicts = list(_verdicts(connection, key))
    return any(verdicts) or not verdicts


def refuse_lost_key(key_file: Path, database: Path) -> None:
    """Refuse to make a key where there are rows that only the key which is gone can verify.

    Raises:
        StorageError: there are some, or they cannot be read.
    """
    refuse_if_gone(database)
    if not database.exists():
        return
    try:
        with closing(connect_read_only(database)) as connection:
            lost = is_baton_database(connection) and holds_signed(connection)
    except FAULTS as error:
        raise storage_error(error, database) from error
    if lost and not key_file.exists():  # else another process was first, and made both
        raise StorageError(
            f"{key_file} is gone, and {database} cannot be gone on with without it;"
            " put back seal.key from a backup, or set BATON_HOME to a new folder"
        )


def _verdicts(connection: sqlite3.Connection, key: bytes) -> Iterator[bool]:
    """Yield, for each of the newest signed rows, whether it is signed with the key."""
    signer = Signer(key)
    for table in TABLES:
        for row in _newest_rows(connection, table, "seal"):
            yield _is_valid(partial(signer.verify_row, table, {"run": 1, **row}, row["seal"]))
    for row in _newest_rows(connection, "checkpoints", "checkpoint"):
        yield _is_valid(partial(signer.verify, row["checkpoint"], *(row[name] for name in CHECKPOINT_CONTEXT)))


def _newest_rows(connection: sqlite3.Connection, table: str, column: str) -> list[dict[str, Any]]:
    """Return the newest rows that have a value in that column; none where an older schema lacks the column."""
    if column not in {each[1] for each in connection.execute(f"PRAGMA table_info({table})")}:
        return []
    return [dict(row) for row in connection.execute(NEWEST.format(table, column, NEWEST_ROWS))]


def _is_valid(check: Callable[[], object]) -> bool:
    try:
        check()
    except TamperedCheckpoint:
        return False
    return True
