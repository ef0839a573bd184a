"""Baton's SQLite file: opening, creating, checking and migrating it. Light on purpose, see `baton.config.home`."""

import errno
import os
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from baton.errors import StorageError
from baton.storage.known_files import refuse_another, refuse_if_gone, remember

if TYPE_CHECKING:
    from baton.storage.transaction import Transaction

APPLICATION_ID = 0x4261746F  # "Bato", in the file's header: whose file this is
SCHEMA_VERSION = 4
WITH_RUNS = 3  # the first schema that knows several runs of a thread
ADD_SEALS = (  # older rows stay without: they can be shown, and are refused where something would be done by them
    *(f"ALTER TABLE {table} ADD COLUMN seal BLOB" for table in ("runs", "effects", "approvals")),
    "ALTER TABLE runs ADD COLUMN output_seal BLOB",
)
ADD_RUNS = (  # older rows belong to the thread's first run
    *(
        f"ALTER TABLE {table} ADD COLUMN run INTEGER NOT NULL DEFAULT 1"
        for table in ("model_calls", "spans", "effects", "approvals")
    ),
    "ALTER TABLE effects ADD COLUMN settled_by TEXT",
    "ALTER TABLE approvals ADD COLUMN replies INTEGER NOT NULL DEFAULT 0",
    *(f"ALTER TABLE approvals ADD COLUMN {name} TEXT" for name in ("asked_as", "decided_by", "channel", "reply_id")),
    "ALTER TABLE approvals ADD COLUMN withdrawn_at REAL",
)
MADE_ANEW = ("runs", "dead_letters", "counters")  # SQLite cannot change a primary key
ADD_URGENCY = ("ALTER TABLE runs ADD COLUMN urgent TEXT", "DROP INDEX runs_by_age")
COLUMNS = (
    "SELECT made.name, column.name FROM sqlite_master AS made, pragma_table_info(made.name) AS column"
    " WHERE made.type = 'table'"
)
FAULTS = (OSError, sqlite3.Error, UnicodeDecodeError)
"""The errors of a file that cannot be used; the last one, where text in a damaged file, or in an error on it, is not
Unicode."""
BUSY_S = 30.0
NAMED = re.compile(r"'[^']*'|:([a-z_]\w*)")  # a name in quotes is text
ROWS_AT_ONCE = 128  # of 12 columns, 1,536 values; SQLite takes 32,766 since 3.32
SOUND_BYTES = 64 * 2**20  # up to here, looking through the whole file at the start takes a fraction of a second


class Connection(sqlite3.Connection):
    """A connection for a thread that shares its interpreter with a busy loop.

    `sqlite3` hands the interpreter's lock over and back several times a statement, and once more for each named value:
    while another thread computes, each time is a wait, and costs more than the statement does.
    """

    database_id: str  # the random word that names the database, once it is opened as one of ours

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
        """As the base does; values that are named travel in the order of their names."""
        if isinstance(values, dict):
            sql, names = _in_order(sql)
            values = [values[name] for name in names]
        return super().execute(sql, values)

    def execute_rows(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """Run `sql` for rows of one length, many at a time: they take the place of its `{rows}`."""
        for first in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[first : first + ROWS_AT_ONCE]
            marks = f"({', '.join('?' * len(some[0]))})"
            super().execute(sql.format(rows=", ".join([marks] * len(some))), [value for row in some for value in row])


@cache
def _in_order(sql: str) -> tuple[str, list[str]]:
    """The statement with `?` for each `:name`, and the names in the order in which they stand.

    A name that stands twice is sent twice. `?1` would send it once, but SQLite counts it among the named values, and
    Python from 3.12 on warns of, from 3.14 on refuses, a sequence for those.
    """
    names = [name for name in NAMED.findall(sql) if name]
    return NAMED.sub(lambda match: "?" if match[1] else match[0], sql), names


def connect(path: Path, how: str = "") -> Connection:
    """One connection with our settings; rows answer to names. `how` are parameters of SQLite's URIs, as `mode=ro`."""
    named = f"{path.as_uri()}?{how}" if how else path
    connection = sqlite3.connect(
        named, uri=bool(how), isolation_level=None, timeout=BUSY_S, check_same_thread=False, factory=Connection
    )
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error:  # the first statement is the first to read the file
        connection.close()
        raise
    return connection


@contextmanager
def connect_for_reading(path: Path) -> Iterator["Transaction"]:
    """Read the file without a writer thread, for commands that only list; also where nothing can be written.

    Raises:
        StorageError: the file cannot be read or is not ours.
    """
    writable = not path.exists() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
    connection = open_database(path) if writable else open_read_only(path)
    try:
        yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise storage_error(error, path) from error
    finally:
        connection.close()


@contextmanager
def write_transaction(path: Path) -> Iterator["Transaction"]:
    """Run one transaction without a writer thread: committed where the block ends, rolled back where it raises.

    Raises:
        StorageError: the file cannot be written or is not ours.
    """
    with connect_for_reading(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")


def open_read_only(path: Path, *, older: bool = False) -> Connection:
    """Connect to a database of ours without writing, for a disk or a user that may only read.

    `older` says that one of an older schema will do, which is not brought up to this one.

    Raises:
        StorageError: it is not ours, newer than this code, gone, damaged or cannot be read.
    """
    refuse_if_gone(path)
    try:
        connection = connect_read_only(path)
    except FAULTS as error:
        raise storage_error(error, path) from error
    try:
        _refuse_foreign(connection, path)
        version = _version(connection)
        if not older and version < SCHEMA_VERSION:
            raise StorageError(
                f"{path} has schema {version}, this Baton reads {SCHEMA_VERSION}, and it cannot be brought up to that"
                " where nothing can be written; copy it to a folder that you can write, and set BATON_HOME"
            )
        connection.database_id = database_id(connection)
        refuse_another(path, connection.database_id)
    except BaseException as error:
        connection.close()
        raise storage_error(error, path) from error
    return connection


def connect_read_only(path: Path) -> Connection:
    """Connect to any SQLite file without writing to it.

    Raises:
        StorageError: its last changes lie beside it, and cannot be read without writing there.
    """
    try:
        return connect(path, "mode=ro")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise
    log = path.with_name(f"{path.name}-wal")  # without one, the file is complete
    if log.exists() and log.stat().st_size:
        raise StorageError(
            f"the last changes of {path} lie in {log.name}, which cannot be read where nothing can be written;"
            " copy both to a folder that you can write, and set BATON_HOME"
        )
    return connect(path, "immutable=1")


def open_database(path: Path, *, thorough: bool = False) -> Connection:
    """Connect to the file, which is created with its tables or checked to be one of ours.

    `thorough` also checks that the file is sound, where it is at most SOUND_BYTES long.

    Raises:
        StorageError: it is not ours, newer than this code, gone, damaged or cannot be used.
    """
    refuse_if_gone(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = connect(path)
    except FAULTS as error:
        raise storage_error(error, path) from error
    try:
        _check_or_create(connection, path)
        connection.database_id = database_id(connection)
        remember(path, connection.database_id)
        if thorough and path.stat().st_size <= SOUND_BYTES:
            check_sound(connection)
            _check_complete(connection)
    except BaseException as error:
        connection.close()
        raise storage_error(error, path) from error
    return connection


def _check_or_create(connection: sqlite3.Connection, path: Path) -> None:
    if _is_blank(connection):  # nothing is changed in a file that may be somebody's
        _write_ahead(connection)
        connection.execute("BEGIN IMMEDIATE")
        if _is_blank(connection):  # else another process was first
            _create(connection)
        connection.execute("COMMIT")
    _refuse_foreign(connection, path)
    if _version(connection) < SCHEMA_VERSION:
        _migrate(connection)


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is another program's, or a newer Baton's."""
    if not is_baton_database(connection):
        raise StorageError(f"{path} is not a Baton database; set BATON_HOME or BATON_DATABASE_URL to another place")
    version = _version(connection)
    if version not in range(1, SCHEMA_VERSION + 1):
        raise StorageError(
            f"{path} has schema {version}, this Baton knows {SCHEMA_VERSION}; use the Baton that wrote it"
        )


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Change the journal's mode; where another process is about to do the same, SQLite itself does not wait for it."""
    limit = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > limit:
                raise
            time.sleep(0.01)
        else:
            return


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring a file of an older schema up to this one, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection)  # another process may have been first
    for statement in [*(ADD_SEALS if version < 2 else ()), *(ADD_RUNS if version < WITH_RUNS else ())]:  # noqa: PLR2004
        connection.execute(statement)
    for table in MADE_ANEW if version < WITH_RUNS else ():
        columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
        connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
        connection.execute(next(each for each in _schema() if f"CREATE TABLE {table} (" in each))
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM old_{table}")
        connection.execute(f"DROP TABLE old_{table}")  # and its indexes
    for statement in ADD_URGENCY if version == WITH_RUNS else ():
        connection.execute(statement)
    indexes = "CREATE INDEX runs_by_age" if version == WITH_RUNS else "CREATE INDEX runs_"
    for statement in _schema():
        if indexes in statement and version < SCHEMA_VERSION:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _schema() -> list[str]:
    return Path(__file__).with_name("schema.sql").read_text("utf-8").split(";\n")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def is_baton_database(connection: sqlite3.Connection) -> bool:
    """Whether a file says that it is a Baton database, of whatever schema."""
    named: int = connection.execute("PRAGMA application_id").fetchone()[0]
    return named == APPLICATION_ID


def _is_blank(connection: sqlite3.Connection) -> bool:
    named = connection.execute("PRAGMA application_id").fetchone()[0]
    return not (named or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def check_sound(connection: sqlite3.Connection) -> None:
    """Check a whole SQLite file of any program.

    Raises:
        sqlite3.DatabaseError: it is damaged.
    """
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"it is damaged ({' '.join(found.split())})")


def _check_complete(connection: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(":memory:")) as sound:
        _create(sound)
        missing = {*sound.execute(COLUMNS)} - {tuple(each) for each in connection.execute(COLUMNS)}
    if missing:
        raise sqlite3.DatabaseError(f"it is damaged (it lacks {'.'.join(min(missing))})")


def database_id(connection: sqlite3.Connection) -> str:
    """The random word that names a database of ours.

    Raises:
        sqlite3.DatabaseError: it has none.
    """
    found = connection.execute("SELECT value FROM about WHERE name = 'database_id'").fetchone()
    if found is None:
        raise sqlite3.DatabaseError("it is damaged (it has no id)")
    return str(found[0])


def _create(connection: sqlite3.Connection) -> None:
    for statement in _schema():
        connection.execute(statement)
    connection.execute("INSERT INTO about VALUES ('database_id', ?)", (uuid4().hex,))
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def is_undecodable(error: BaseException) -> bool:
    """Whether text in the file is not Unicode."""
    return isinstance(error, UnicodeDecodeError) or "Could not decode to UTF-8" in str(error)


def storage_error(error: BaseException, path: Path) -> BaseException:
    """Return a storage failure as a StorageError in one line that says what to do; any other error as it is."""
    if not isinstance(error, FAULTS):
        return error
    reason = error.strerror if isinstance(error, OSError) else "it is damaged" if is_undecodable(error) else str(error)
    return StorageError(f"cannot use the database {path}: {reason}; {_way_out(error)}")


def _way_out(error: BaseException) -> str:
    if no_room(error):
        return "free some space on its disk, then go on"
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY:
        return "make it and its folder writable, or set BATON_HOME to another place"
    return "free or restore it, or set BATON_HOME to another place"


def no_room(error: BaseException) -> bool:
    """Whether a disk, or a quota of it, is full; SQLite reports a quota as a write that failed."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return full or getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
