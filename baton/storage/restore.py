"""Restoring: puts a backup back into a home that has no database. Light on purpose, see `baton.config.home`."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import Any, NamedTuple

from baton.config.home import home, make_home
from baton.errors import StorageError, UsageError
from baton.storage.backup import (
    FORMAT,
    KEY,
    MANIFEST,
    BackupReport,
    Tell,
    check_key,
    digest,
    is_database,
    refuse_damaged,
)
from baton.storage.known_files import refuse_another, remember, sync
from baton.storage.sqlite_file import (
    FAULTS,
    SCHEMA_VERSION,
    connect,
    database_id,
    is_baton_database,
    is_undecodable,
    no_room,
)

SIDES = ("-wal", "-shm", "-journal")
CHUNK = 2**20
CUT_OFF = "a backup that was cut off leaves none; name another"


class Manifest(NamedTuple):
    """The content of `backup.json`; `files` gives the size and the SHA-256 of each."""

    database: str
    database_id: str
    runs: int
    files: dict[str, tuple[int, str]]


def restore(named: str, database: Path, tell: Tell) -> BackupReport:
    """Put a backup's files into the home and its database where the settings say; nothing where anything is wrong.

    Raises:
        UsageError: there is a database already, or another file in the way.
        StorageError: it is no backup, damaged, without its key or of a newer Baton; or the home cannot be written.
    """
    folder = Path(named).expanduser().absolute()
    manifest = _read_manifest(folder)
    targets = {name: home() / name for name in sorted(manifest.files)} | {manifest.database: database}
    _refuse_in_the_way(targets, database, manifest)
    refuse_another(database, manifest.database_id)
    with _storage_errors(folder):
        for name, (size, expected) in manifest.files.items():
            if (folder / name).stat().st_size != size or digest(folder / name) != expected:
                raise StorageError(f"{folder / name} is not as it was backed up; take another backup")
        _refuse_unfit(folder, manifest)
        _copy_all(folder, targets, manifest, tell)
    remember(database, manifest.database_id)
    return BackupReport(home(), len(manifest.files), sum(size for size, _ in manifest.files.values()), manifest.runs)


def _read_manifest(folder: Path) -> Manifest:
    """Read a backup's manifest; names that lead out of the home are refused."""
    file = folder / MANIFEST
    try:
        content: Any = json.loads(file.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise StorageError(f"{folder} was made by a newer Baton; restore it with that one")
        files = {str(name): (int(each["bytes"]), str(each["sha256"])) for name, each in content["files"].items()}
        manifest = Manifest(content["database"], str(content["database_id"]), int(content["runs"]), files)
        if manifest.database not in files or any(Path(name).name != name or name in {MANIFEST, ".."} for name in files):
            raise ValueError(MANIFEST)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StorageError(f"{folder} is no backup: it has no {MANIFEST}; {CUT_OFF}") from error
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror}; make it readable") from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise StorageError(f"{file} is damaged; take another backup") from error
    return manifest


def _refuse_in_the_way(targets: dict[str, Path], database: Path, manifest: Manifest) -> None:
    """Refuse to replace a file: it may be what is left of a loss. The very same one is not in the way."""
    elsewhere = f"move the home away first, or set BATON_HOME to a new folder: {home()}"
    for path in (database, *(database.with_name(database.name + side) for side in SIDES)):
        if os.path.lexists(path):
            raise UsageError(f"{path} is there already, and nothing was changed; {elsewhere}")
    if len({*targets.values()}) < len(targets):
        raise UsageError(f"{database} is the place of two files of the backup; set BATON_DATABASE_URL to another")
    for name, path in targets.items():
        if os.path.lexists(path) and not (path.is_file() and digest(path) == manifest.files[name][1]):
            raise UsageError(f"{path} is there already, and is not as in the backup; {elsewhere}")


@contextmanager
def _storage_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except FAULTS as error:
        why = error.strerror if isinstance(error, OSError) else "it is damaged" if is_undecodable(error) else str(error)
        way_out = "free some space, then try again" if no_room(error) else "see to it, or take another backup"
        raise StorageError(f"cannot restore {folder}: {why}; nothing was restored; {way_out}") from error


def _refuse_unfit(folder: Path, manifest: Manifest) -> None:
    """Refuse files that no run could go on with, while nothing is written yet."""
    for name in manifest.files:
        if is_database(folder / name):
            refuse_damaged(folder / name)
    file = folder / manifest.database
    with closing(connect(file, "immutable=1")) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if not is_baton_database(connection) or database_id(connection) != manifest.database_id:
            raise StorageError(f"{file} is not the database that was backed up; take another backup")
    if version > SCHEMA_VERSION:
        raise StorageError(
            f"{file} has schema {version}, this Baton knows {SCHEMA_VERSION}; restore it with the Baton that wrote it"
        )
    check_key(file, folder / KEY, folder / KEY)


def _copy_all(folder: Path, targets: dict[str, Path], manifest: Manifest, tell: Tell) -> None:
    """Copy all files, the database last: until it is there, a restore can be tried again."""
    make_home()
    targets[manifest.database].parent.mkdir(parents=True, exist_ok=True)
    copied: list[Path] = []
    try:
        for name in sorted(targets, key=lambda each: each == manifest.database):
            if name == manifest.database or not targets[name].exists():
                _copy_whole(folder / name, targets[name], manifest.files[name], tell)
                copied.append(targets[name])
    except BaseException:
        for each in copied:
            each.unlink(missing_ok=True)
        raise


def _copy_whole(source: Path, target: Path, expected: tuple[int, str], tell: Tell) -> None:
    """Copy one file, whole or not at all, and never over another."""
    handle, fresh = mkstemp(prefix=".new-", dir=target.parent)
    try:
        made, done = sha256(), 0
        with os.fdopen(handle, "wb") as copy, source.open("rb") as content:
            while chunk := content.read(CHUNK):
                copy.write(chunk)
                made.update(chunk)
                done += len(chunk)
                tell(target.name, done, expected[0])
            copy.flush()
            os.fsync(copy.fileno())
        if (done, made.hexdigest()) != expected:
            raise StorageError(f"{source} changed while it was restored; try again")
        os.link(fresh, target)
    finally:
        Path(fresh).unlink()
    sync(target.parent)
