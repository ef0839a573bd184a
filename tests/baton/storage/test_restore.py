"""What could not be gone on with is not restored, and nothing is restored over what is there."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from baton.errors import StorageError, UsageError
from tests.baton.keeping import restored, resumed, statuses
from tests.baton.payments import queued

Change = Callable[[Path], object]


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
