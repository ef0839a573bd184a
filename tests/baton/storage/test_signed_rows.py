"""A key and the database that is sealed with it: a lost one is not made anew, and another one is known for it."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from baton.config.home import database_file
from baton.errors import StorageError
from baton.runtime.resources import home_key, open_resources
from baton.storage.signed_rows import holds_signed, key_fits
from baton.storage.sqlite_file import connect
from tests.baton.older import as_before
from tests.baton.payments import desk, queued


async def open_once() -> None:
    async with open_resources():
        pass


async def pay() -> None:
    await queued("one")
    async with desk() as (runner, _):
        await runner.work(["one"], done=lambda _: None, concurrency=1)


@pytest.fixture
def sealed(baton_home: Path) -> Path:
    """A database with sealed rows."""
    asyncio.run(pay())
    return baton_home / "seal.key"


def refused(key: Path) -> str:
    with pytest.raises(StorageError) as caught:
        asyncio.run(open_once())
    told = str(caught.value)
    assert str(key) in told
    assert "\n" not in told
    return told


def test_a_key_that_is_gone_is_not_made_anew(sealed: Path) -> None:
    content = sealed.read_bytes()
    sealed.unlink()
    assert "backup" in refused(sealed)
    assert not sealed.exists()
    sealed.write_bytes(content)
    asyncio.run(open_once())


@pytest.mark.parametrize("schema", [1, 2])
def test_nor_for_a_database_of_an_earlier_schema(sealed: Path, schema: int) -> None:
    as_before(schema)
    sealed.unlink()
    refused(sealed)
    with closing(sqlite3.connect(database_file())) as left:
        assert left.execute("PRAGMA user_version").fetchone() == (schema,)


def test_nor_for_a_database_that_lies_elsewhere(sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", f"sqlite:///{database_file()}")
    monkeypatch.setenv("BATON_HOME", str(tmp_path / "another"))
    refused(tmp_path / "another" / "seal.key")


def test_a_database_in_which_nothing_is_sealed_gets_a_key(baton_home: Path) -> None:
    asyncio.run(open_once())
    (baton_home / "seal.key").unlink()
    asyncio.run(open_once())
    assert (baton_home / "seal.key").exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" * 100])
def test_no_key_is_made_beside_a_database_that_cannot_be_read(sealed: Path, content: bytes) -> None:
    sealed.unlink()
    database_file().write_bytes(content)
    for end in ("-wal", "-shm"):
        database_file().with_name(f"baton.db{end}").unlink(missing_ok=True)
    with pytest.raises(StorageError):
        home_key()
    assert not sealed.exists()


@pytest.mark.parametrize("schema", [None, 2, 1])
def test_the_key_of_another_home_is_known_for_it(sealed: Path, schema: int | None) -> None:
    if schema:
        as_before(schema)
    with closing(connect(database_file())) as database:
        assert holds_signed(database)
        assert key_fits(database, sealed.read_bytes())
        assert not key_fits(database, os.urandom(32))


def test_a_row_that_was_changed_does_not_speak_for_the_key(sealed: Path) -> None:
    with closing(connect(database_file())) as database:
        database.execute("UPDATE runs SET graph = 'another'")
        assert key_fits(database, sealed.read_bytes())
