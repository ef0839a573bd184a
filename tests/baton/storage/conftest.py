"""A place for a backup, a backup, and another home; a database with runs, and the clock of their leases."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from baton.storage import run_rows
from baton.storage.sqlite_file import Connection, open_database
from baton.testing import steady_clock
from tests.baton.keeping import kept_in
from tests.baton.payments import queued
from tests.baton.rows import SEALS, Clock, new


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "monday"


@pytest.fixture
def other_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Move to a home that is not there yet, beside the same receiver."""

    def move() -> Path:
        monkeypatch.setenv("BATON_HOME", str(tmp_path / "restored"))
        return tmp_path / "restored"

    return move


@pytest.fixture
def made(folder: Path) -> Path:
    """A backup of a desk with one queued run."""
    asyncio.run(queued("one"))
    kept_in(folder)
    return folder


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Connection]:
    """A database with the queued runs `one` and `two`."""
    with closing(open_database(tmp_path / "baton.db")) as connection:
        run_rows.queue(connection, [new("one"), new("two")], SEALS)
        yield connection


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Set the steady clock; it stands at 100 seconds."""
    with steady_clock() as stands:

        def set_to(seconds: float) -> None:
            stands.now = seconds

        set_to(100)
        yield set_to
