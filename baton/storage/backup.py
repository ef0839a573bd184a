"""Backups: a copy of the database and the home, made while runs work. Light on purpose, see `baton.config.home`.

A backup is a folder of plain files. `backup.json` is written last and lists each with its size and SHA-256: without it
a folder is a backup that was cut off. The database is copied before the home's other files, so a receiver whose file
lies in the home is never behind it: what a receipt says was done is done there too, and what it did besides is asked
for again with the same key.
"""

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import Any, NamedTuple

from baton.config.home import home
from baton.errors import StorageError, UsageError
from baton.storage.known_files import sync
from baton.storage.signed_rows import holds_signed, key_fits
from baton.storage.signer import KEY_BYTES
from baton.storage.sqlite_file import FAULTS, check_sound, connect, connect_read_only, no_room, open_read_only

MANIFEST, KEY, FORMAT = "backup.json", "seal.key", 1
UNFINISHED = ".unfinished"
PASSED_OVER = (".*", "*-wal", "*-shm", "*-journal", "*.lock", "*.tmp", "*.bin", "*.arrays")
"""Files that are made again where they are missing: SQLite's own, locks, unfinished ones, caches."""

LARGEST = 64 * 2**20  # bytes of a file that is not a database; a larger one is reported and left out
MAGIC = b"SQLite format 3\0"
PAGES = 4096  # copied at a time
Tell = Callable[[str, int, int], None]
"""Called with a file's name, how many bytes of it are copied, and of how many."""


class BackupReport(NamedTuple):
    """A report of a copy; `left_out` are files that were too large, or whose name was taken."""

    folder: Path
    files: int
    bytes: int
    runs: int
    left_out: tuple[str, ...] = ()


def back_up(named: str, database: Path, tell: Tell) -> BackupReport:
    """Copy the database and the home's other files into a new or empty folder, whole or not at all.

    Raises:
        UsageError: the folder is not empty, or lies in the home.
        StorageError: something cannot be read or written, is damaged, or the key is not that of the database.
    """
    folder = _empty_folder(named)
    with _draft_folder(folder) as unfinished:
        with closing(open_read_only(database, older=True)) as source:
            _copy_database(source, unfinished / database.name, tell)
        schema, runs = _facts(unfinished / database.name)
        about = {"database": database.name, "database_id": source.database_id, "schema": schema, "runs": runs}
        left_out = [each.name for each in _other_files(database) if not _copy_file(each, unfinished, tell)]
        check_key(unfinished / database.name, unfinished / KEY, home() / KEY)
        files = {each.name: _describe(each) for each in sorted(unfinished.iterdir())}
        made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        manifest = {"format": FORMAT, "made_at": made_at, **about, "files": files}
        (unfinished / MANIFEST).write_text(f"{json.dumps(manifest, indent=1)}\n", "utf-8")
    return BackupReport(folder, len(files), sum(each["bytes"] for each in files.values()), runs, tuple(left_out))


def check_key(database: Path, key_file: Path, named: Path) -> None:
    """Check a copied database against the key beside it, which messages call `named`.

    Raises:
        StorageError: the key is missing, or is not the one that the database is sealed with.
    """
    key = key_file.read_bytes() if key_file.exists() else None
    with closing(connect(database, "immutable=1")) as connection:
        if key is None and holds_signed(connection):
            raise StorageError(f"{named} is missing, and the database is sealed with it; put back the right one first")
        if key is not None and (len(key) != KEY_BYTES or not key_fits(connection, key)):
            raise StorageError(f"{named} is not the key that the database is sealed with; put back the right one first")


def is_database(path: Path) -> bool:
    """Whether a file is an SQLite database, of any program."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def refuse_damaged(path: Path) -> None:
    """Check a copied SQLite file.

    Raises:
        sqlite3.DatabaseError: it is damaged.
    """
    with closing(connect(path, "immutable=1")) as connection:
        check_sound(connection)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _empty_folder(named: str) -> Path:
    """Return the folder that was named, which may hold nothing yet."""
    if not named:
        raise UsageError("name the folder that the backup shall be made in")
    folder, kept = Path(named).expanduser().resolve(), home().resolve()
    if folder.is_relative_to(kept):
        raise UsageError(f"{folder} lies in the home {kept}, and would be lost with it; name a folder outside")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name a new one")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; name a new folder for each backup")
    return folder


@contextmanager
def _draft_folder(folder: Path) -> Iterator[Path]:
    """Make a folder within `folder`, whose files are moved out of it at the end; where that fails, nothing is left."""
    made, unfinished, moved = not folder.exists(), folder / UNFINISHED, list[Path]()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.mkdir(mode=0o700)  # of two that begin at once, the second one fails here
        try:
            folder.chmod(0o700)
            yield unfinished
            _move(unfinished, folder, moved)
        except BaseException:
            for each in moved:
                each.unlink(missing_ok=True)
            shutil.rmtree(unfinished, ignore_errors=True)
            with suppress(OSError):
                folder.rmdir() if made else None
            raise
    except FAULTS as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        way_out = "free some space there, or name another folder" if no_room(error) else "see to it, then try again"
        raise StorageError(f"cannot make the backup {folder}: {reason}; nothing of it was kept; {way_out}") from error


def _move(unfinished: Path, folder: Path, moved: list[Path]) -> None:
    """Move files that are on disk out of a folder; the manifest last, which makes it a backup."""
    for file in sorted(unfinished.iterdir(), key=lambda each: each.name == MANIFEST):
        sync(file)
        if file.name == MANIFEST:
            sync(folder)
        moved.append(file.rename(folder / file.name))
    unfinished.rmdir()
    sync(folder)


def _other_files(database: Path) -> list[Path]:
    """The home's files but for the database, and those that are made again."""
    files = [each for each in home().iterdir() if each.is_file()] if home().is_dir() else []
    kept = [each for each in files if not any(each.match(pattern) for pattern in PASSED_OVER)]
    return sorted(each for each in kept if not each.samefile(database))


def _copy_file(source: Path, unfinished: Path, tell: Tell) -> bool:
    """Copy a file of the home, a database as of one moment; return whether that was possible."""
    target = unfinished / source.name
    if target.exists():
        return False
    if is_database(source):
        with closing(connect_read_only(source)) as connection:
            _copy_database(connection, target, tell)
        return True
    if source.stat().st_size > LARGEST:
        return False
    target.touch(mode=0o600)
    shutil.copyfile(source, target)
    return True


def _copy_database(source: sqlite3.Connection, target: Path, tell: Tell) -> None:
    """Copy by SQLite's own backup, from one transaction: else it would begin anew with every commit of a process."""
    target.touch(mode=0o600)
    source.execute("BEGIN")
    size = source.execute("PRAGMA page_size").fetchone()[0]
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def progress(_status: int, left: int, total: int) -> None:
        tell(target.name, (total - left) * size, total * size)

    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=PAGES, progress=progress)
    source.execute("ROLLBACK")
    refuse_damaged(target)


def _facts(database: Path) -> tuple[int, int]:
    """Return a copied database's schema, and its number of runs."""
    with closing(connect(database, "immutable=1")) as connection:
        facts = ("PRAGMA user_version", "SELECT count(*) FROM runs")
        schema, runs = (int(connection.execute(each).fetchone()[0]) for each in facts)
    return schema, runs


def _describe(file: Path) -> dict[str, Any]:
    return {"bytes": file.stat().st_size, "sha256": digest(file)}
