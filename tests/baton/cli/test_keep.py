"""`baton backup` and `baton restore`: what an operator meets."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from baton.cli.work import keeping
from tests.baton.cli.conftest import HOUSE, Baton, start_process
from tests.baton.cli.test_look_only import look_without_rights, read_only

pytestmark = pytest.mark.slow

WAIT_S = 40
NO_ROOM = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, 2**16))"
"""As on a full disk: no file grows beyond 64 KiB."""

Home = Callable[[str], Path]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Move to another home."""

    def move(name: str) -> Path:
        monkeypatch.setenv("BATON_HOME", str(tmp_path / name))
        return tmp_path / name

    return move


@pytest.fixture
def home_with_run(baton: Baton, baton_home: Path) -> Path:
    """A home with a run that waits."""
    baton("run", "toy", "refund", "--thread-id", "asked")
    return baton_home


def test_what_waits_is_decided_from_a_backup(baton: Baton, home_with_run: Path, at: Home) -> None:
    result = baton("backup", "kept")
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith(f"backed up {home_with_run} in {Path('kept').absolute()}: 2 files")
    home = at("restored")
    restored = baton("restore", "kept", "--json")
    assert restored.code == 0
    assert restored.object == {"folder": str(home), "files": 2, "bytes": restored.object["bytes"], "runs": 1}
    assert baton("decide", "asked", "--approve").code == 0


def test_it_tells_programs_what_it_kept(baton: Baton, home_with_run: Path) -> None:
    result = baton("backup", "kept", "--json").object
    size = sum(Path("kept", name).stat().st_size for name in ("baton.db", "seal.key"))
    assert result == {"folder": str(Path("kept").absolute()), "files": 2, "bytes": size, "runs": 1}


@pytest.mark.parametrize("name", ["home", "home/inside", "link", "link/inside", "home/../home", ""])
def test_a_backup_is_not_made_in_its_home(baton: Baton, home_with_run: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to(home_with_run)
    before = sorted(home_with_run.iterdir())
    result = baton("backup", name)
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert sorted(home_with_run.iterdir()) == before


@pytest.mark.parametrize("name", ["full", "file", "file/below"])
def test_a_backup_is_not_made_where_something_is(baton: Baton, home_with_run: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    (tmp_path / "file").write_text("x")
    result = baton("backup", name)
    assert result.code in (1, 2)
    assert result.err.count("\n") == 1
    assert [each.name for each in (tmp_path / "full").iterdir()] == ["mine"]


def test_there_must_be_something_to_back_up(baton: Baton, baton_home: Path) -> None:
    result = baton("backup", "kept")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "nothing to back up" in result.err
    assert not Path("kept").exists()
    assert not baton_home.exists()


@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_leaves_no_half_backup(home_with_run: Path, there: object) -> None:
    if there:
        Path("kept").mkdir()
    process = start_process("backup", "kept", before=NO_ROOM)
    _, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err.count("\n")) == (1, 1)
    assert "nothing of it was kept" in err
    assert [*Path("kept").iterdir()] == [] if there else not Path("kept").exists()


def test_a_full_disk_leaves_no_half_home(baton: Baton, home_with_run: Path, at: Home) -> None:
    baton("backup", "kept")
    home = at("restored")
    process = start_process("restore", "kept", before=NO_ROOM)
    _, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err.count("\n")) == (1, 1)
    assert "free some space" in err
    assert [*home.iterdir()] == []
    assert baton("restore", "kept").code == 0


def test_a_read_only_home_is_backed_up(baton: Baton, home_with_run: Path, at: Home) -> None:
    with read_only(home_with_run):
        code, _, err = look_without_rights("backup", "kept")
    assert (code, err.count("\n")) == (0, 1)
    at("restored")
    assert baton("restore", "kept").code == 0


def test_a_backup_on_a_read_only_disk_is_restored(baton: Baton, home_with_run: Path, at: Home) -> None:
    baton("backup", "kept")
    home = at("restored")
    with read_only(Path("kept")):
        assert look_without_rights("restore", "kept")[0] == 0
    assert (home / "seal.key").stat().st_mode & 0o777 == 0o600
    assert baton("decide", "asked", "--approve").code == 0


def test_the_way_out_of_a_restore_over_a_desk_is_told(baton: Baton, home_with_run: Path, at: Home) -> None:
    baton("backup", "kept")
    baton("run", "toy", "hello", "--thread-id", "newer")
    result = baton("restore", "kept")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert f"move the home away first, or set BATON_HOME to a new folder: {home_with_run}" in result.err
    assert len(json.loads(baton("runs", "--json").out)) == 2
    home_with_run.rename("before")
    assert baton("restore", "kept").code == 0


@pytest.mark.parametrize("name", ["nowhere", "home", "file", ""])
def test_what_is_no_backup_is_told(baton: Baton, home_with_run: Path, at: Home, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    home = at("restored")
    result = baton("restore", name)
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "is no backup" in result.err
    assert not home.exists()


def test_a_large_file_is_told_as_it_is_copied(
    baton: Baton, home_with_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "REPORTED_BYTES", 1000)
    result = baton("backup", "kept", "--json")
    assert "baton.db: 100 % of " in result.err
    assert result.object["files"] == 2


@pytest.mark.parametrize("command", [("bank", "log"), ("run", "toy", "hello", "--customer", "C007")])
def test_a_full_disk_is_no_reason_to_throw_anything_away(project: Path, command: tuple[str, ...]) -> None:
    process = start_process(*command, before=NO_ROOM)
    out, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, out) == (1, "")
    assert "free some space" in err
    assert not {"delete", "rm"} & set(err.split())


STOPPED = """
import os, signal, sys
from baton.cli.main import main
from baton.cli.work import keeping
keeping.ReportTenths.__call__ = lambda *_: os.kill(os.getpid(), int(sys.argv[1]))
main(sys.argv[2:])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_backup_that_is_stopped_leaves_nothing(
    baton: Baton, home_with_run: Path, at: Home, number: signal.Signals
) -> None:
    baton("backup", "kept")
    words = [sys.executable, "-c", STOPPED, str(int(number))]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    done = subprocess.run([*words, "backup", "more"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert not Path("more").exists()
    environment["BATON_HOME"] = str(at("restored"))
    done = subprocess.run([*words, "restore", "kept"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
    assert [*Path("restored").iterdir()] == []


def test_a_key_that_is_gone_is_told_by_all_who_need_it(baton: Baton, home_with_run: Path) -> None:
    (home_with_run / "seal.key").unlink()
    for words in (("decide", "asked", "--approve"), ("run", "toy", "hello"), ("resume", "--all"), ("backup", "kept")):
        result = baton(*words)
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
        assert "seal.key is " in result.err
    checks = {check["name"]: check for check in baton("doctor", "--json").object["checks"]}
    assert "seal.key is gone" in checks["database"]["found"]
    assert baton("runs").code == 0
    assert not (home_with_run / "seal.key").exists()
