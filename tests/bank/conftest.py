"""A bank in a real file, and the same bank over a real loopback socket."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bank.ledger.http_bank import HttpBank
from bank.ledger.protocol import Bank
from bank.ledger.server import app
from bank.ledger.sqlite_bank import SqliteBank
from tests.bank.stage import Clock, serving
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bank's file just seeded, to be copied: seeding takes longer than most tests."""

    async def seed(path: Path) -> None:
        await (await SqliteBank.open(path, clock=Clock())).aclose()

    path = tmp_path_factory.mktemp("seeded") / "bank.db"
    asyncio.run(seed(path))
    return path


@pytest.fixture
async def sqlite_bank(tmp_path: Path, seeded: Path, clock: Clock) -> AsyncIterator[SqliteBank]:
    shutil.copy(seeded, tmp_path / "bank.db")
    opened = await SqliteBank.open(tmp_path / "bank.db", clock=clock)
    yield opened
    await opened.aclose()


@pytest.fixture(params=["sqlite", "http"])
async def bank(request: pytest.FixtureRequest, sqlite_bank: SqliteBank) -> AsyncIterator[Bank]:
    """Both adapters, which must not differ."""
    if request.param == "sqlite":
        yield sqlite_bank
        return
    with serving(app(sqlite_bank)) as url:
        client = HttpBank(url)
        yield client
        await client.aclose()
