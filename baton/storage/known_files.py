"""Notes in the home of the databases used from it, so that one that vanished is not taken for a new one.

Light on purpose, see `baton.config.home`.
"""

import os
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from tempfile import mkstemp

from baton.config.home import home, make_home
from baton.errors import StorageError


def refuse_if_gone(path: Path) -> None:
    """Refuse, before anything is opened or made, a database that was there before and is not.

    Raises:
        StorageError: it is missing or empty; the message says how to start afresh on purpose. Or it cannot be read, or
            is a device or a pipe, which would be written to.
    """
    try:
        noted, found = _note_path(path).exists(), _stat_or_none(path)
    except OSError as error:
        elsewhere = "set BATON_HOME or BATON_DATABASE_URL to another place"
        raise StorageError(f"cannot use the database {path}: {error.strerror}; {elsewhere}") from error
    if found is not None and not S_ISREG(found.st_mode):
        raise StorageError(f"{path} is no file; set BATON_HOME or BATON_DATABASE_URL to another place")
    if noted and found is None:
        raise StorageError(f"the database {path} is gone; {_remedy(path)}")
    if noted and found is not None and not found.st_size:
        raise StorageError(f"the database {path} is empty, and it was not before; {_remedy(path)}")


def _stat_or_none(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def remember(path: Path, database_id: str) -> None:
    """Note that the database of this id is used, or check it against the note.

    Raises:
        StorageError: another database was used here before, or the home cannot be written.
    """
    note = _note_path(path)
    try:
        if not note.exists():
            make_home()
            note.parent.mkdir(mode=0o700, exist_ok=True)
            write_once(note, database_id.encode())
    except OSError as error:
        raise StorageError(f"cannot use {note}: {error}; make it readable, or set BATON_HOME") from error
    refuse_another(path, database_id)


def refuse_another(path: Path, database_id: str) -> None:
    """Check the database of this id against the note, if there is one; nothing is written.

    Raises:
        StorageError: another database was used here before.
    """
    note = _note_path(path)
    try:
        known = note.read_text("utf-8") if note.exists() else database_id
    except (OSError, ValueError) as error:
        raise StorageError(f"cannot use {note}: {error}; make it readable, or set BATON_HOME") from error
    if known != database_id:
        raise StorageError(f"{path} is not the database that was used here before; {_remedy(path)}")


def write_once(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, on disk when this returns; the first of several processes wins."""
    handle, fresh = mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        Path(fresh).unlink()
    with suppress(OSError):  # a file system that cannot: SQLite goes on there too
        sync(path.parent)


def sync(path: Path) -> None:
    """Return when a file, or the names in a folder, are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _note_path(path: Path) -> Path:
    """The path of a database's note; a home that is moved keeps its notes, since files in it are named from it."""
    named = str(path.relative_to(home()) if path.is_relative_to(home()) else path.absolute())
    stem = re.sub(r"[^A-Za-z0-9.-]", "_", path.name)[:40]
    return home() / "known" / f"{stem}-{sha256(os.fsencode(named)).hexdigest()[:12]}"


def _remedy(path: Path) -> str:
    return f"restore it from a backup (baton restore DIR), or start afresh: rm '{_note_path(path)}'"
