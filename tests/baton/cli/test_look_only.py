"""Looking where nothing can be written, and at what is no home: a list, or one line that says what to do."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from baton.storage.sqlite_file import connect
from tests.baton.cli.conftest import Baton, start_process
from tests.baton.older import as_before

WAIT_S = 40
AS_EVERYBODY = """
import ctypes, os
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
for might in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH) if os.geteuid() == 0 else ():
    assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, might, 0, 0, 0) == 0
"""
"""Lets permissions hold for root too."""

LOOKS = (("runs", "--json"), ("show", "asked", "--json"), ("dead-letters", "--json"), ("graphs", "--json"))


def look_without_rights(*arguments: str) -> tuple[int, str, str]:
    process = start_process(*arguments, before=AS_EVERYBODY)
    out, err = process.communicate(timeout=WAIT_S)
    return process.returncode, out, err


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder as on a disk that takes nothing."""
    for file in folder.rglob("*"):
        file.chmod(0o500 if file.is_dir() else 0o400)
    folder.chmod(0o500)
    before = content(folder)
    try:
        yield
        assert content(folder) == before
    finally:
        folder.chmod(0o700)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def home_with_runs(baton: Baton, baton_home: Path) -> Path:
    """A home with a run that waits and one that was parked."""
    baton("run", "toy", "refund", "--thread-id", "asked")
    baton("run", "toy", "explode", "--thread-id", "parked")
    return baton_home


@pytest.mark.parametrize("arguments", LOOKS, ids=lambda words: words[0])
def test_a_read_only_home_can_be_looked_into(baton: Baton, home_with_runs: Path, arguments: tuple[str, ...]) -> None:
    expected = baton(*arguments).out
    with read_only(home_with_runs):
        assert look_without_rights(*arguments) == (0, expected, "")


def test_what_a_process_that_writes_has_not_yet_moved_into_the_file_is_seen(home_with_runs: Path) -> None:
    with closing(connect(home_with_runs / "baton.db")) as writer:
        writer.execute("UPDATE runs SET graph = 'changed'")
        with read_only(home_with_runs):
            code, out, _ = look_without_rights("runs", "--json")
    assert (code, {row["graph"] for row in json.loads(out)}) == (0, {"changed"})


def test_changes_that_cannot_be_read_are_not_left_out_in_silence(home_with_runs: Path) -> None:
    with closing(connect(home_with_runs / "baton.db")) as writer:
        writer.execute("UPDATE runs SET graph = 'changed'")
        files = content(home_with_runs)
    for name in ("baton.db", "baton.db-wal"):
        (home_with_runs / name).write_bytes(files[name])
    (home_with_runs / "baton.db-shm").unlink(missing_ok=True)
    with read_only(home_with_runs):
        code, out, err = look_without_rights("runs")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "baton.db-wal" in err
    assert "copy both" in err


def test_a_home_without_its_note_is_looked_into_where_none_can_be_made(baton: Baton, home_with_runs: Path) -> None:
    for note in (home_with_runs / "known").iterdir():
        note.unlink()
    expected = baton("runs", "--json").out
    for note in (home_with_runs / "known").iterdir():
        note.unlink()
    with read_only(home_with_runs):
        assert look_without_rights("runs", "--json") == (0, expected, "")


def test_an_older_database_is_not_taken_for_one_of_now(home_with_runs: Path) -> None:
    as_before(2)
    with read_only(home_with_runs):
        code, out, err = look_without_rights("runs")
    assert (code, out) == (1, "")
    assert "schema 2" in err
    assert "copy it" in err


def test_what_cannot_even_be_read_is_told(home_with_runs: Path) -> None:
    (home_with_runs / "baton.db").chmod(0)
    code, out, err = look_without_rights("runs")
    assert (code, out, err.count("\n")) == (1, "", 1)
    home_with_runs.chmod(0)
    code, out, err = look_without_rights("runs")
    home_with_runs.chmod(0o700)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert str(home_with_runs) in err
    assert "Permission denied" in err


@pytest.mark.parametrize("words", [("runs",), ("show", "x"), ("dead-letters",), ("runs", "--prune")])
@pytest.mark.parametrize("odd", ["a file", "below a file", "a link to nothing", "a name too long"])
def test_what_is_no_home_is_no_empty_list(
    baton: Baton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str, words: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    homes = {"a file": "file", "below a file": "file/home", "a link to nothing": "link", "a name too long": "x" * 300}
    monkeypatch.setenv("BATON_HOME", str(tmp_path / homes[odd]))
    result = baton(*words)
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert str(tmp_path / homes[odd]) in result.err
    assert "BATON_HOME" in result.err


@pytest.mark.parametrize("odd", ["device", "pipe", "folder"])
def test_what_is_no_file_is_no_database(
    baton: Baton, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    path = {"device": Path(os.devnull)}.get(odd, tmp_path / odd)
    monkeypatch.setenv("BATON_DATABASE_URL", f"sqlite:///{path}")
    for words in (("runs",), ("run", "toy", "hello")):
        result = baton(*words)
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
        assert f"{path} is no file" in result.err


def test_a_graph_that_nobody_knows_was_mistyped(baton: Baton, home_with_runs: Path) -> None:
    result = baton("runs", "--graph", "toi")
    assert (result.code, result.out) == (2, "")
    assert "did you mean 'toy'?" in result.err
    assert baton("runs", "--graph", "bogus", "--json").code == 2
    assert baton("runs", "--graph", "bare").code == 0, "it is registered and has no runs"


def test_a_graph_that_was_taken_from_the_list_has_its_runs(baton: Baton, home_with_runs: Path) -> None:
    with closing(sqlite3.connect(home_with_runs / "baton.db")) as database, database:
        database.execute("UPDATE runs SET graph = 'former'")
    assert len(json.loads(baton("runs", "--graph", "former", "--json").out)) == 2
    assert baton("runs", "--graph", "former", "--status", "done").code == 0
    assert "did you mean 'former'?" in baton("runs", "--graph", "formr").err


def test_a_list_of_graphs_that_cannot_be_used_does_not_hide_the_runs(
    baton: Baton, project: Path, home_with_runs: Path
) -> None:
    (project / "langgraph.json").write_text("{")
    assert baton("runs", "--graph", "toy", "--status", "done").code == 0
    assert baton("runs", "--graph", "bogus").code == 2
