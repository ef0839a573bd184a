"""A backup is whole or none, made while runs work; what is restored from it goes on, and does nothing twice."""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from baton.config.home import database_file
from baton.errors import StorageError, UsageError
from baton.storage import backup
from baton.storage.backup import Kept, back_up
from baton.storage.restore import restore
from baton.storage.sqlite_file import connect
from tests.baton.older import as_before
from tests.baton.payments import desk, paid, place, queued
from tests.baton.processes import process, work
from tests.baton.questions import approve

Change = Callable[[Path], object]


def silently(_name: str, _done: int, _total: int) -> None:
    """Nobody listens."""


def kept_in(folder: Path) -> Kept:
    return back_up(str(folder), database_file(), silently)


def restored(folder: Path) -> Kept:
    return restore(str(folder), database_file(), silently)


async def resumed(*threads: str) -> None:
    async with desk() as (runner, _):
        for thread in threads:
            await runner.resume(thread)


async def statuses() -> dict[str, str]:
    async with desk() as (_, plumbing):
        rows = await plumbing.database.do(lambda tx: tx.execute("SELECT thread_id, status FROM runs").fetchall())
        return {row[0]: row[1] for row in rows}


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


def amend(folder: Path, name: str) -> None:
    """Let a backup's list agree with a file that was changed."""
    told = json.loads((folder / "backup.json").read_text())
    content = (folder / name).read_bytes()
    told["files"][name] = {"bytes": len(content), "sha256": sha256(content).hexdigest()}
    (folder / "backup.json").write_text(json.dumps(told))


def changed_by(sql: str) -> Change:
    def change(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "baton.db", isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
            database.execute(sql)
        amend(folder, "baton.db")

    return change


def test_it_says_what_it_kept_and_is_its_owners_alone(made: Path) -> None:
    assert sorted(each.name for each in made.iterdir()) == ["backup.json", "baton.db", "seal.key"]
    told = json.loads((made / "backup.json").read_text())
    assert (told["database"], told["runs"], told["schema"]) == ("baton.db", 1, 3)
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
        for name in ("router-1.bin", ".probe-1", "some.lock"):
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


def flip(name: str) -> Change:
    def change(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)

    return change


def without(name: str, *, listed: bool = False) -> Change:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        told = json.loads((folder / "backup.json").read_text())
        if not listed:
            del told["files"][name]
        (folder / "backup.json").write_text(json.dumps(told))

    return change


def another_key(folder: Path) -> None:
    (folder / "seal.key").write_bytes(os.urandom(32))
    amend(folder, "seal.key")


def rewritten(**more: object) -> Change:
    def change(folder: Path) -> None:
        told = json.loads((folder / "backup.json").read_text())
        (folder / "backup.json").write_text(json.dumps({**told, **more}))

    return change


@pytest.mark.parametrize(
    "change, told",
    [
        (flip("baton.db"), "not as it was backed up"),
        (flip("seal.key"), "not as it was backed up"),
        (lambda folder: (folder / "backup.json").unlink(), "is no backup"),
        (lambda folder: (folder / "backup.json").write_text("{"), "is damaged"),
        (lambda folder: (folder / "backup.json").write_text("[]"), "is damaged"),
        (rewritten(format=2), "made by a newer Baton"),
        (rewritten(files={"../x": {"bytes": 1, "sha256": ""}}, database="../x"), "is damaged"),
        (rewritten(database_id="another"), "not the database that was backed up"),
        (without("baton.db", listed=True), "No such file"),
        (without("seal.key", listed=True), "No such file"),
        (without("seal.key"), "is missing"),
        (another_key, "is not the key"),
        (changed_by("PRAGMA user_version=99"), "schema 99"),
        (changed_by("PRAGMA application_id=1"), "not the database that was backed up"),
    ],
)
def test_what_could_not_be_gone_on_with_is_not_restored(
    made: Path, other_home: Callable[[], Path], change: Change, told: str
) -> None:
    change(made)
    home = other_home()
    with pytest.raises(StorageError, match=told) as caught:
        restored(made)
    assert "\n" not in str(caught.value)
    assert str(made) in str(caught.value)
    assert not home.exists()


def test_pages_that_were_damaged_before_the_list_was_made_are_noticed(
    made: Path, other_home: Callable[[], Path]
) -> None:
    content = bytearray((made / "baton.db").read_bytes())
    content[-4096:-4000] = b"\xff" * 96
    (made / "baton.db").write_bytes(content)
    amend(made, "baton.db")
    home = other_home()
    with pytest.raises(StorageError, match="damaged"):
        restored(made)
    assert not home.exists()


def test_nothing_is_restored_over_what_is_there(made: Path, baton_home: Path) -> None:
    before = {each.name: each.read_bytes() for each in baton_home.iterdir() if each.is_file()}
    with pytest.raises(UsageError, match=r"baton\.db is there already"):
        restored(made)
    assert {each.name: each.read_bytes() for each in baton_home.iterdir() if each.is_file()} == before


@pytest.mark.parametrize("name, content", [("seal.key", b"x" * 32), ("baton.db-wal", b"left")])
def test_what_is_left_of_a_loss_is_not_mixed_with_a_backup(
    made: Path, other_home: Callable[[], Path], name: str, content: bytes
) -> None:
    home = other_home()
    home.mkdir()
    (home / name).write_bytes(content)
    with pytest.raises(UsageError, match="move the home away"):
        restored(made)
    assert [each.name for each in home.iterdir()] == [name]


def test_a_database_that_was_lost_is_put_back_into_its_home(made: Path, baton_home: Path) -> None:
    for file in baton_home.glob("baton.db*"):
        file.unlink()
    with pytest.raises(StorageError, match="baton restore DIR"):
        asyncio.run(statuses())
    restored(made)
    asyncio.run(resumed("one"))


def test_another_desks_backup_is_not_put_in_the_place_of_a_lost_database(
    made: Path, other_home: Callable[[], Path]
) -> None:
    home = other_home()
    asyncio.run(queued("two"))
    for file in [*home.glob("baton.db*"), home / "seal.key"]:
        file.unlink()
    with pytest.raises(StorageError, match="not the database that was used here before"):
        restored(made)
    assert [each.name for each in home.iterdir()] == ["known"]


def test_of_two_backups_into_one_folder_one_is_made(folder: Path) -> None:
    asyncio.run(queued("one"))

    def second(*_: object) -> None:
        with pytest.raises((UsageError, StorageError)):
            kept_in(folder)

    back_up(str(folder), database_file(), second)
    assert sorted(each.name for each in folder.iterdir()) == ["backup.json", "baton.db", "seal.key"]
