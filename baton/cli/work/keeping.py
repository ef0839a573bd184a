"""Makes a backup and restores one. Light on purpose, see `baton.config.home`."""

from baton.cli.terminal.output import note, say_json
from baton.cli.terminal.signals import stop_as_by_ctrl_c
from baton.cli.work.reading import find_database
from baton.config.home import database_file, home, load_env, refuse_no_folder
from baton.errors import UsageError
from baton.storage.backup import BackupReport, back_up
from baton.storage.restore import restore

REPORTED_BYTES = 64 * 2**20  # smaller files are copied too fast for a report
TENTHS = 10


class ReportTenths:
    """Prints each tenth of a large file that is copied."""

    def __init__(self) -> None:
        self._last = ("", 0)

    def __call__(self, name: str, done: int, total: int) -> None:
        """Take note of the progress; `done` and `total` are bytes."""
        part = (name, TENTHS * done // total if total else TENTHS)
        if total >= REPORTED_BYTES and part != self._last:
            note(f"{name}: {part[1] * (100 // TENTHS)} % of {total:,} bytes")
        self._last = part


def back_up_home(folder: str, *, json: bool) -> int:
    """Back up the home, print its size and return the exit code.

    Raises:
        UsageError: there is nothing to back up, or the folder cannot take it.
        StorageError: the backup could not be made; nothing of it is left.
    """
    database = find_database()
    if database is None:
        raise UsageError(f"there is nothing to back up: no {database_file()}; set BATON_HOME to the desk's home")
    stop_as_by_ctrl_c()
    contents = back_up(folder, database, ReportTenths())
    for name in contents.left_out:
        note(f"left out, too large or in the way of the database: {home() / name}")
    return _report(contents, f"backed up {home()} in {contents.folder}", json=json)


def restore_home(folder: str, *, json: bool) -> int:
    """Restore a backup, print its size and return the exit code.

    Raises:
        UsageError: the home has a database already.
        StorageError: the folder is not a whole backup; nothing was changed.
    """
    load_env()
    refuse_no_folder()
    stop_as_by_ctrl_c()
    contents = restore(folder, database_file(), ReportTenths())
    return _report(contents, f"restored {folder} in {contents.folder}", json=json)


def _report(contents: BackupReport, message: str, *, json: bool) -> int:
    if json:
        say_json(
            {"folder": str(contents.folder), "files": contents.files, "bytes": contents.bytes, "runs": contents.runs}
        )
    else:
        note(f"{message}: {contents.files} files, {contents.bytes:,} bytes, {contents.runs} runs")
    return 0
