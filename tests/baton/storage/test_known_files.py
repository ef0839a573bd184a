"""A database that vanished, was emptied, swapped or damaged is refused in one line; nothing is changed."""

import asyncio
import os
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path
from stat import S_ISDIR

import pytest

from baton.errors import StorageError
from baton.storage.database import Database
from baton.storage.known_files import write_once
from baton.storage.sqlite_file import connect_for_reading

VALUES = " VALUES ('one', 'g', 'run', 'waiting', 0, 0)"


@pytest.fixture
def used(baton_home: Path) -> Path:
    """A database that was used before."""
    asyncio.run(use(baton_home / "baton.db"))
    return baton_home / "baton.db"


async def use(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    database = await Database.open(path)
    await database.do(lambda tx: tx.execute("CREATE TABLE IF NOT EXISTS notes (note TEXT)"))
    await database.do(lambda tx: tx.execute_rows("INSERT INTO notes VALUES {rows}", [("x" * 500,)] * 200))
    await database.close()


def refused(path: Path) -> str:
    """The one line that opening is refused with."""
    with pytest.raises(StorageError) as caught:
        asyncio.run(use(path))
    told = str(caught.value)
    assert str(path) in told
    assert "\n" not in told
    return told


def test_a_database_that_is_gone_is_not_taken_for_a_new_one(used: Path) -> None:
    used.unlink()
    assert "gone" in refused(used)
    assert not used.exists()


def test_a_database_that_is_empty_is_not_taken_for_a_new_one(used: Path) -> None:
    used.write_bytes(b"")
    assert "empty" in refused(used)
    assert used.read_bytes() == b""


def test_another_homes_database_is_not_taken_for_ours(used: Path, tmp_path: Path) -> None:
    asyncio.run(use(tmp_path / "other.db"))
    (tmp_path / "other.db").replace(used)
    assert "not the database that was used here before" in refused(used)


def test_to_start_afresh_is_the_command_that_the_line_says(used: Path) -> None:
    used.unlink()
    program, note = shlex.split(refused(used).partition("afresh: ")[2])
    assert program == "rm"
    Path(note).unlink()
    asyncio.run(use(used))


def test_a_home_may_be_moved_as_a_whole(used: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = tmp_path / "moved"
    used.parent.rename(moved)
    monkeypatch.setenv("BATON_HOME", str(moved))
    asyncio.run(use(moved / "baton.db"))
    (moved / "baton.db").unlink()
    assert "gone" in refused(moved / "baton.db")


@pytest.mark.parametrize("left", [1, 2, 5])
def test_a_truncated_database_is_refused(used: Path, left: int) -> None:
    content = used.read_bytes()[: 4096 * left]
    used.write_bytes(content)
    refused(used)
    assert used.read_bytes() == content


def test_a_damaged_page_is_noticed_at_the_start(used: Path) -> None:
    content = bytearray(used.read_bytes())
    content[-4096:-4000] = b"\xff" * 96
    used.write_bytes(content)
    assert "damaged" in refused(used)


@pytest.mark.parametrize(
    "sql, told",
    [
        ("DROP TABLE effects", "lacks effects."),
        ("ALTER TABLE runs DROP COLUMN context", "lacks runs.context"),
        ("DELETE FROM about", "has no id"),
        ("UPDATE runs SET status = 'waitinf'", "damaged"),
    ],
)
def test_a_database_that_lacks_what_it_had_is_refused(used: Path, sql: str, told: str) -> None:
    with closing(sqlite3.connect(used)) as database, database:
        database.execute("PRAGMA ignore_check_constraints=1")
        database.execute("INSERT INTO runs (thread_id, graph, origin, status, created_at, updated_at)" + VALUES)
        database.execute(sql)
    assert told in refused(used)


def test_text_that_is_none_is_damage_and_not_a_fault_of_ours(used: Path) -> None:
    with closing(sqlite3.connect(used)) as database, database:
        database.execute("UPDATE notes SET note = CAST(x'61ff' AS TEXT)")

    async def look() -> None:
        database = await Database.open(used)
        try:
            await database.do(lambda tx: tx.execute("SELECT note FROM notes").fetchall())
        finally:
            await database.close()

    with pytest.raises(StorageError, match="it is damaged"):
        asyncio.run(look())
    with pytest.raises(StorageError, match="it is damaged"), connect_for_reading(used) as tx:
        tx.execute("SELECT note FROM notes").fetchall()


@pytest.mark.parametrize("copied", [False, True])
def test_a_database_that_is_replaced_while_it_is_used_takes_no_more(used: Path, copied: object) -> None:
    content = used.read_bytes()

    def replace() -> None:
        used.unlink()
        if copied:
            used.write_bytes(content)

    async def work() -> None:
        database = await Database.open(used)
        await asyncio.to_thread(replace)
        with pytest.raises(StorageError, match=r"baton\.db"):
            await database.do(lambda tx: tx.execute("INSERT INTO notes VALUES ('lost')"))
        await database.close()

    asyncio.run(work())


def test_what_is_written_once_is_on_disk_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(S_ISDIR(os.fstat(handle).st_mode)))
    write_once(tmp_path / "seal.key", b"key")
    assert synced == [False, True], "first the content, then the name in its folder"
