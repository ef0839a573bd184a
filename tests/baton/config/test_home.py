"""The home: where it is, and one line for each way in which it or its database cannot be used."""

import os
import sqlite3
from pathlib import Path

import pytest

from baton.config.home import THREAD_ID, database_file, home, load_env, make_home
from baton.errors import BadSetting, StorageError
from baton.runtime.resources import open_resources
from baton.storage.sqlite_file import APPLICATION_ID


async def refused(where: Path) -> str:
    """The one line that opening is refused with; it names the path."""
    with pytest.raises(StorageError) as caught:
        async with open_resources():
            pass
    told = str(caught.value)
    assert str(where) in told
    assert "\n" not in told
    return told


def test_the_home_is_a_folder_of_the_working_directory_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BATON_HOME")
    assert home() == tmp_path / ".baton"


def test_a_home_may_be_named_from_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BATON_HOME", "~/desk")
    assert home() == tmp_path / "desk"
    monkeypatch.setenv("BATON_HOME", "~nobody-of-that-name/desk")
    with pytest.raises(BadSetting, match="BATON_HOME"):
        home()


def test_only_its_owner_can_look_into_the_home(baton_home: Path) -> None:
    assert make_home() == baton_home
    assert baton_home.stat().st_mode & 0o077 == 0
    assert list(baton_home.iterdir()) == []


async def test_every_file_of_the_home_is_its_owners_alone(baton_home: Path) -> None:
    async with open_resources() as resources:
        await resources.database.do(lambda tx: tx.execute("SELECT 1").fetchall())
        modes = {entry.name: entry.stat().st_mode & 0o777 for entry in os.scandir(baton_home)}
    assert modes.pop("known") == 0o700
    assert modes == dict.fromkeys(["baton.db", "baton.db-wal", "baton.db-shm", "seal.key"], 0o600)


@pytest.mark.parametrize(
    "url,path",
    [
        ("sqlite:///folder/file.db", "folder/file.db"),
        ("sqlite:////srv/file.db", "/srv/file.db"),
        ("sqlite:///a%20b#c.db", "a%20b#c.db"),
        ("", "home/baton.db"),
    ],
)
def test_the_database_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, path: str) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", url)
    assert database_file() == tmp_path / path


@pytest.mark.parametrize(
    "url", ["postgresql://localhost/x", "sqlite://", "sqlite:///", "file.db", "sqlite://[", "///x"]
)
def test_a_url_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", url)
    with pytest.raises(BadSetting, match="BATON_DATABASE_URL"):
        database_file()


async def test_a_home_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_HOME", "/proc/desk")  # not even for root
    assert "BATON_HOME" in await refused(Path("/proc/desk"))


async def test_a_file_in_the_place_of_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_HOME", __file__)
    assert "BATON_HOME" in await refused(Path(__file__))


async def test_a_folder_in_the_place_of_the_database(baton_home: Path) -> None:
    (baton_home / "baton.db").mkdir(parents=True)
    await refused(baton_home / "baton.db")


@pytest.mark.parametrize("content", [b"no database at all, but longer than a header" * 100, b"SQLite format 3\0" * 100])
async def test_garbage_in_the_place_of_the_database(baton_home: Path, content: bytes) -> None:
    (make_home() / "baton.db").write_bytes(content)
    await refused(baton_home / "baton.db")
    assert (baton_home / "baton.db").read_bytes() == content


async def test_another_programs_database_is_left_as_it_was(baton_home: Path) -> None:
    connection = sqlite3.connect(make_home() / "baton.db")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert "not a Baton database" in await refused(baton_home / "baton.db")
    connection = sqlite3.connect(baton_home / "baton.db")
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert tables == [("theirs",)]


async def test_a_database_of_a_newer_baton(baton_home: Path) -> None:
    connection = sqlite3.connect(make_home() / "baton.db")
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    assert "schema 99" in await refused(baton_home / "baton.db")


async def test_a_damaged_key_is_not_replaced(baton_home: Path) -> None:
    (make_home() / "seal.key").write_bytes(b"short")
    await refused(baton_home / "seal.key")
    assert (baton_home / "seal.key").read_bytes() == b"short"


async def test_a_pipe_in_the_place_of_the_key_is_not_waited_for(baton_home: Path) -> None:
    os.mkfifo(make_home() / "seal.key", 0o600)
    await refused(baton_home / "seal.key")


def test_env_files_fill_in_what_the_environment_leaves_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "1")
    monkeypatch.setenv("BATON_CONCURRENCY", "set here, so that it is put back")
    monkeypatch.delenv("BATON_CONCURRENCY")
    (tmp_path / ".env").write_text("BATON_LEASE_S=2\nBATON_CONCURRENCY=3\n")
    load_env()
    assert (os.environ["BATON_LEASE_S"], os.environ["BATON_CONCURRENCY"]) == ("1", "3")


def test_an_env_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"BATON_LEASE_S=\xff\xfe")
    with pytest.raises(BadSetting, match=r"\.env"):
        load_env()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a b", "x" * 65, "a\n", "é", "a;b"])
def test_a_thread_id_is_a_plain_name(name: str) -> None:
    assert THREAD_ID.fullmatch("lib-2f_A" * 8)
    assert not THREAD_ID.fullmatch(name)
