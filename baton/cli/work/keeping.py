"""Making a backup and putting it back. Light on purpose, see `baton.config.home`."""

from baton.cli.terminal.output import note, say_json
from baton.cli.terminal.signals import stop_as_by_ctrl_c
from baton.cli.work.reading import existing_database
from baton.config.home import database_file, home, load_env, refuse_no_folder
from baton.errors import UsageError
from baton.storage.backup import Kept, back_up
from baton.storage.restore import restore

WORTH_TELLING = 64 * 2**20  # bytes; a smaller file is copied before anybody looks
PARTS = 10


class Told:
    """Says of a large file each tenth that is copied."""

    def __init__(self) -> None:
        self._last = ("", 0)

    def __call__(self, name: str, done: int, total: int) -> None:
        """One step further; `done` and `total` are bytes."""
        part = (name, PARTS * done // total if total else PARTS)
        if total >= WORTH_TELLING and part != self._last:
            note(f"{name}: {part[1] * (100 // PARTS)} % of {total:,} bytes")
        self._last = part


def back_up_home(folder: str, *, json: bool) -> int:
    """Back up and say how much it was.

    Raises:
        UsageError: there is nothing to back up, or the folder is no place for it.
        StorageError: it could not be made; nothing of it is left.
    """
    database = existing_database()
    if database is None:
        raise UsageError(f"there is nothing to back up: no {database_file()}; set BATON_HOME to the desk's home")
    stop_as_by_ctrl_c()
    kept = back_up(folder, database, Told())
    for name in kept.left_out:
        note(f"left out, too large or in the way of the database: {home() / name}")
    return _told(kept, f"backed up {home()} in {kept.folder}", json=json)


def restore_home(folder: str, *, json: bool) -> int:
    """Restore and say how much it was.

    Raises:
        UsageError: there is something in the way.
        StorageError: it is no backup that can be gone on with; nothing was changed.
    """
    load_env()
    refuse_no_folder()
    stop_as_by_ctrl_c()
    kept = restore(folder, database_file(), Told())
    return _told(kept, f"restored {folder} in {kept.folder}", json=json)


def _told(kept: Kept, done: str, *, json: bool) -> int:
    if json:
        say_json({"folder": str(kept.folder), "files": kept.files, "bytes": kept.bytes, "runs": kept.runs})
    else:
        note(f"{done}: {kept.files} files, {kept.bytes:,} bytes, {kept.runs} runs")
    return 0
