"""A backup is whole or none, made while runs work; what is restored from it goes on, and does nothing twice."""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from baton.config.home import database_file
from baton.errors import StorageError, UsageError
from baton.storage import backup
from baton.storage.backup import back_up
from baton.storage.sqlite_file import SCHEMA_VERSION, connect
from tests.baton.keeping import kept_in, restored, resumed, statuses
from tests.baton.older import as_before
from tests.baton.payments import desk, paid, place, queued
from tests.baton.processes import process, work
from tests.baton.questions import approve


def test_it_says_what_it_kept_and_is_its_owners_alone(made: Path) -> None:
    assert sorted(each.name for each in made.iterdir()) == ["backup.json", "baton.db", "seal.key"]
    told = json.loads((made / "backup.json").read_text())
    assert (told["database"], told["runs"], told["schema"]) == ("baton.db", 1, SCHEMA_VERSION)
    assert made.stat().st_mode & 0o777 == 0o700
    assert (made / "seal.key").stat().st_mode & 0o077 == 0


def test_a_run_that_waits_is_decided_after_a_restore_and_pays_once(
    folder: Path, other_home: Callable[[], Path]
) -> None:
    async def begin() -> None:
        await queued("asked", graph="approved")
        await resumed("asked")

    async def decide() -> None:
        async with desk() as (runner, _):
            assert (await runner.decide("asked", approve()))["status"] == "done"

    asyncio.run(begin())
    kept_in(folder)
    asyncio.run(decide())  # the original goes on as well
    other_home()
    restored(folder)
    asyncio.run(decide())
    assert len(paid()) == 1, "a restored database keeps its id, and with it the keys of its effects"


def test_a_run_that_is_younger_than_the_backup_is_queued_again_and_pays_once(
    made: Path, other_home: Callable[[], Path]
) -> None:
    async def begin() -> None:
        await queued("later")
        await resumed("later")

    asyncio.run(begin())
    other_home()
    restored(made)
    asyncio.run(begin())
    assert [amount for _, amount in paid()] == [1, 7]


@pytest.mark.parametrize("point", ["sending", "sent", "thank"])
def test_a_run_that_was_cut_off_goes_on_after_a_restore_and_pays_once(
    folder: Path, other_home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.2")
    asyncio.run(queued("one"))
    (place() / f"{point}.kill").touch()
    with process(work, ["one"]) as worker:
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
    kept_in(folder)
    other_home()
    restored(folder)
    asyncio.run(asyncio.sleep(0.3))
    asyncio.run(resumed("one"))
    assert asyncio.run(statuses()) == {"one": "done"}
    assert [amount for _, amount in paid()] == [1, 7]


def test_it_is_made_of_one_moment_while_others_write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(queued("one"))
    monkeypatch.setattr(backup, "PAGES", 1)
    seen: list[int] = []
    with closing(connect(database_file())) as writer:

        def busy(name: str, done: int, total: int) -> None:
            seen.append(done)
            if name == "baton.db":
                writer.execute("UPDATE runs SET spent_tokens = spent_tokens + 1, reserved_tokens = reserved_tokens + 1")
                writer.execute("INSERT INTO counters VALUES (?, 1, 'n', ?)", ("x" * 900, str(len(seen))))

        back_up(str(folder), database_file(), busy)
    assert len(seen) > 10
    assert seen == sorted(seen), "it does not begin anew with every commit"
    with closing(sqlite3.connect(folder / "baton.db")) as copy:
        assert copy.execute("SELECT spent_tokens, (SELECT count(*) FROM counters) FROM runs").fetchone() == (0, 0)


def test_the_homes_other_files_come_along_and_what_is_made_again_does_not(
    baton_home: Path, folder: Path, other_home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(queued("one"))
    with closing(connect(baton_home / "theirs.db")) as theirs:
        theirs.execute("PRAGMA journal_mode=WAL")
        theirs.execute("CREATE TABLE things (thing)")
        theirs.execute("INSERT INTO things VALUES ('not yet in the file itself')")
        (baton_home / "notes.txt").write_text("mine")
        (baton_home / "empty.db").touch()
        for name in ("router-1.bin", "router-1.arrays", ".probe-1", "some.lock"):
            (baton_home / name).touch()
        monkeypatch.setattr(backup, "LARGEST", 100)
        (baton_home / "large.txt").write_text("x" * 101)
        assert kept_in(folder).left_out == ("large.txt",)
    home = other_home()
    assert restored(folder).files == 5
    assert {each.name for each in home.iterdir()} == {
        *("baton.db", "theirs.db", "seal.key", "notes.txt", "empty.db", "known")
    }
    with closing(sqlite3.connect(home / "theirs.db")) as theirs:
        assert theirs.execute("SELECT count(*) FROM things").fetchone() == (1,)


def test_a_database_elsewhere_is_restored_to_where_the_settings_say(
    tmp_path: Path, folder: Path, other_home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", f"sqlite:///{tmp_path}/desk.db")
    asyncio.run(queued("one"))
    kept_in(folder)
    home = other_home()
    monkeypatch.setenv("BATON_DATABASE_URL", f"sqlite:///{tmp_path}/disk/new.db")
    restored(folder)
    assert (tmp_path / "disk" / "new.db").exists()
    assert not (home / "desk.db").exists()
    asyncio.run(resumed("one"))


@pytest.mark.parametrize("schema", [1, 2])
def test_an_older_database_is_kept_as_it_is_and_restored(
    folder: Path, other_home: Callable[[], Path], schema: int
) -> None:
    asyncio.run(queued("one"))
    as_before(schema)
    kept_in(folder)
    with closing(sqlite3.connect(folder / "baton.db")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (schema,)
    other_home()
    restored(folder)
    assert asyncio.run(statuses()) == {"one": "queued"}


def test_a_backup_that_was_killed_is_none(folder: Path, other_home: Callable[[], Path]) -> None:
    asyncio.run(queued("one"))
    with process(killed, str(folder)) as worker:
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
    assert [each.name for each in folder.iterdir()] == [".unfinished"]
    with pytest.raises(UsageError, match="is not empty"):
        kept_in(folder)
    home = other_home()
    with pytest.raises(StorageError, match="is no backup"):
        restored(folder)
    assert not home.exists()


def killed(folder: str) -> None:
    back_up(folder, database_file(), lambda *_: os.kill(os.getpid(), signal.SIGKILL))


def test_a_backup_that_fails_leaves_nothing(baton_home: Path, folder: Path) -> None:
    asyncio.run(queued("one"))
    (baton_home / "theirs.db").write_bytes(b"SQLite format 3\0" * 100)
    with pytest.raises(StorageError, match="nothing of it was kept"):
        kept_in(folder)
    assert not folder.exists()
    folder.mkdir(parents=True)
    with pytest.raises(StorageError, match="nothing of it was kept"):
        kept_in(folder)
    assert list(folder.iterdir()) == []


def test_a_damaged_database_makes_no_backup(folder: Path) -> None:
    asyncio.run(queued("one"))
    content = bytearray(database_file().read_bytes())
    content[-4096:-4000] = b"\xff" * 96
    database_file().write_bytes(content)
    with pytest.raises(StorageError, match=r"damaged|malformed"):
        kept_in(folder)
    assert not folder.exists()


@pytest.mark.parametrize("key", [None, b"short", b"x" * 32, b"x" * 100])
def test_a_key_that_is_not_the_databases_makes_no_backup(baton_home: Path, folder: Path, key: bytes | None) -> None:
    asyncio.run(queued("one"))
    (baton_home / "seal.key").unlink()
    if key is not None:
        (baton_home / "seal.key").write_bytes(key)
    with pytest.raises(StorageError, match=r"seal\.key is (missing|not the key)"):
        kept_in(folder)
    assert not folder.exists()


def test_of_two_backups_into_one_folder_one_is_made(folder: Path) -> None:
    asyncio.run(queued("one"))

    def second(*_: object) -> None:
        with pytest.raises((UsageError, StorageError)):
            kept_in(folder)

    back_up(str(folder), database_file(), second)
    assert sorted(each.name for each in folder.iterdir()) == ["backup.json", "baton.db", "seal.key"]
