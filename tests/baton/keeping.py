"""Backing up and restoring this test's home, and what is worked in it."""

from pathlib import Path

from baton.config.home import database_file
from baton.storage.backup import BackupReport, back_up
from baton.storage.restore import restore
from tests.baton.payments import desk


def silently(_name: str, _done: int, _total: int) -> None:
    """Nobody listens."""


def kept_in(folder: Path) -> BackupReport:
    return back_up(str(folder), database_file(), silently)


def restored(folder: Path) -> BackupReport:
    return restore(str(folder), database_file(), silently)


async def resumed(*threads: str) -> None:
    async with desk() as (runner, _):
        for thread in threads:
            await runner.resume(thread)


async def statuses() -> dict[str, str]:
    async with desk() as (_, resources):
        rows = await resources.database.do(lambda tx: tx.execute("SELECT thread_id, status FROM runs").fetchall())
        return {row[0]: row[1] for row in rows}
