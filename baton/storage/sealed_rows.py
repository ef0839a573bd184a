"""Whether a database and a home's key belong together. Light on purpose, see `baton.config.home`."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from baton.errors import StorageError, TamperedCheckpoint
from baton.storage.known_files import refuse_if_gone
from baton.storage.seals import Seals
from baton.storage.sqlite_file import FAULTS, connect_to_look, explained, is_ours

FEW = 20  # rows of a kind that are tried: one that was changed must not speak for all
KINDS = ("runs", "effects")
PLACE = ("thread_id", "checkpoint_ns", "checkpoint_id", "parent_id", "type", "metadata")  # of a checkpoint's seal
NEWEST = "SELECT * FROM {} WHERE {} IS NOT NULL ORDER BY rowid DESC LIMIT {}"


def holds_sealed(connection: sqlite3.Connection) -> bool:
    """Whether anything in a database of ours, of whatever schema, is sealed."""
    return next(_fits(connection, b""), None) is not None


def key_fits(connection: sqlite3.Connection, key: bytes) -> bool:
    """Whether any of the newest sealed rows is sealed with that key; True where nothing is sealed."""
    tried = list(_fits(connection, key))
    return any(tried) or not tried


def refuse_lost_key(key_file: Path, database: Path) -> None:
    """Look, before a key is made, for rows that only the key which is gone can open.

    Raises:
        StorageError: there are some, or it cannot be known.
    """
    refuse_if_gone(database)
    if not database.exists():
        return
    try:
        with closing(connect_to_look(database)) as connection:
            lost = is_ours(connection) and holds_sealed(connection)
    except FAULTS as error:
        raise explained(error, database) from error
    if lost and not key_file.exists():  # else another process was first, and made both
        raise StorageError(
            f"{key_file} is gone, and {database} cannot be gone on with without it;"
            " put back seal.key from a backup, or set BATON_HOME to a new folder"
        )


def _fits(connection: sqlite3.Connection, key: bytes) -> Iterator[bool]:
    """Of the newest sealed rows, whether each is sealed with the key."""
    seals = Seals(key)
    for kind in KINDS:
        for row in _newest(connection, kind, "seal"):
            yield _holds(partial(seals.check, kind, {"run": 1, **row}, row["seal"]))
    for row in _newest(connection, "checkpoints", "checkpoint"):
        yield _holds(partial(seals.opened, row["checkpoint"], *(row[name] for name in PLACE)))


def _newest(connection: sqlite3.Connection, table: str, column: str) -> list[dict[str, Any]]:
    """The newest rows that have that column filled; none where an older schema has no such column."""
    known = {column[1] for column in connection.execute(f"PRAGMA table_info({table})")}
    return [dict(row) for row in connection.execute(NEWEST.format(table, column, FEW))] if column in known else []


def _holds(check: Callable[[], object]) -> bool:
    try:
        check()
    except TamperedCheckpoint:
        return False
    return True
