"""Folders that somebody else made, each of which would run its own code, or take a key: called in, they do nothing.

Another user's files need root to make; a clone, an archive and a shared folder do not.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from baton.cli.work.reading import list_runs
from baton.errors import StorageError
from baton.runtime.resources import home_key
from tests.baton.cli.conftest import HOUSE

pytestmark = pytest.mark.slow

STRANGER = 4321
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
MARK = "from pathlib import Path\nPath({!r}).touch()\n"
TOY = (Path(__file__).parent / "project" / "toy.py").read_text("utf-8")
KEY = "sk-of-the-person"


def run_command(folder: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A command in a folder, as a process of its own."""
    return run_python(folder, ["-m", "baton", *arguments], **settings)


def run_python(folder: Path, arguments: list[str], **settings: str) -> "subprocess.CompletedProcess[str]":
    """Python in a folder, with the home where it is by default."""
    environment_here = {
        name: value for name, value in os.environ.items() if name not in {"BATON_HOME", "OPENAI_API_KEY"}
    }
    environment = {**environment_here, "PYTHONPATH": str(HOUSE), "PYTHONSAFEPATH": "1", **settings}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def give_to_stranger(folder: Path, *names: str) -> None:
    """Give the folder, or only some of what is in it, to another user."""
    for path in [folder / name for name in names] or [folder, *folder.rglob("*")]:
        os.chown(path, STRANGER, STRANGER)


def project(folder: Path, mark: Path) -> None:
    """A project whose every module leaves a mark where it is imported."""
    (folder / "toy.py").write_text(MARK.format(str(mark)) + TOY)
    (folder / "theirs.py").write_text(MARK.format(str(mark)) + "SKILLS = {}\ndef stock() -> None: ...\n")
    (folder / "langgraph.json").write_text(json.dumps({"graphs": {"toy": "./toy.py:graph"}}))
    (folder / "baton.toml").write_text('commands.stock = "theirs:stock"\nresponders.desk = "theirs:SKILLS"\n')


def anothers(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    give_to_stranger(folder)
    return folder


def anothers_above(folder: Path, mark: Path) -> Path:
    anothers(folder, mark)
    (folder / "mine").mkdir()
    return folder / "mine"


def anothers_list_in_my_folder(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    give_to_stranger(folder, "langgraph.json")
    return folder


def anothers_file_in_my_folder(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    give_to_stranger(folder, "baton.toml")
    return folder


def anothers_that_trusts_itself(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    (folder / ".env").write_text("BATON_TRUST=*\n")
    give_to_stranger(folder)
    return folder


def mine_that_trusts_another(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    give_to_stranger(folder)
    (folder / "clone").mkdir()
    (folder / "clone" / ".env").write_text("BATON_TRUST=*\n")
    return folder / "clone"


def anothers_with_a_list_of_trust(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    (folder / "baton").mkdir()
    (folder / "baton" / "trusted").write_text(f"{folder}\n")
    (folder / ".env").write_text(f"XDG_CONFIG_HOME={folder}\n")
    give_to_stranger(folder, ".", "langgraph.json")
    return folder


def anothers_graph_in_my_project(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    (folder / "baton.toml").unlink()
    give_to_stranger(folder, "toy.py")
    return folder


def anothers_list_behind_a_link(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    (folder / "langgraph.json").rename(folder / "theirs.json")
    (folder / "langgraph.json").symlink_to("theirs.json")
    give_to_stranger(folder, "theirs.json")
    return folder


def anothers_table_beside_my_list(folder: Path, mark: Path) -> Path:
    project(folder, mark)
    (folder / "baton.toml").unlink()
    (folder / "pyproject.toml").write_text('[tool.baton.commands]\nstock = "theirs:stock"\n')
    give_to_stranger(folder, "pyproject.toml")
    return folder


HOSTILE: list[Callable[[Path, Path], Path]] = [
    anothers,
    anothers_above,
    anothers_list_in_my_folder,
    anothers_file_in_my_folder,
    anothers_that_trusts_itself,
    mine_that_trusts_another,
    anothers_with_a_list_of_trust,
    anothers_graph_in_my_project,
    anothers_list_behind_a_link,
    anothers_table_beside_my_list,
]
COMMANDS = [["run", "toy", "hello"], ["doctor"], ["stock"], ["graph", "toy"], ["--help"], ["runs"], ["graphs"]]
ALL = """
import json, sys
from baton.cli.main import main
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit as left:
        print("left", words[0], left.code, flush=True)
"""


@ROOT_ONLY
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda maker: str(maker.__name__))
def test_no_command_runs_code_of_a_strangers_project(tmp_path: Path, hostile: Callable[[Path, Path], Path]) -> None:
    folder, mark = tmp_path / "theirs", tmp_path / "mark"
    folder.mkdir()
    done = run_python(hostile(folder, mark), ["-c", ALL, json.dumps(COMMANDS)])
    assert not mark.exists()
    codes = dict(line.split()[1:] for line in done.stdout.splitlines() if line.startswith("left "))
    assert list(codes) == [words[0] for words in COMMANDS]
    assert {codes["run"], codes["stock"], codes["graph"]} == {"2"}
    assert codes["doctor"] == "1"
    text = done.stderr.splitlines()
    assert all(line.startswith("error: ") for line in text if "no runs in" not in line and "draw one" not in line)
    assert f"baton trust {folder}" in done.stdout.replace("\n", "") + done.stderr


def test_listing_runs_no_code_of_ones_own_project_either(tmp_path: Path) -> None:
    project(tmp_path, tmp_path / "mark")
    done = run_python(tmp_path, ["-c", ALL, json.dumps([["runs"], ["graphs"], ["graphs", "--json"]])])
    assert done.stdout.count(" 0\n") == 3
    assert not (tmp_path / "mark").exists()


@ROOT_ONLY
@pytest.mark.parametrize("how", ["said once", "a list of folders", "1", "*", "by the caller of sudo"])
def test_a_trusted_project_is_used(tmp_path: Path, how: str) -> None:
    folder, mark = tmp_path / "theirs", tmp_path / "mark"
    folder.mkdir()
    anothers(folder, mark)
    settings = {"a list of folders": {"BATON_TRUST": f"/elsewhere:{folder}"}, "1": {"BATON_TRUST": "1"}}
    settings |= {"*": {"BATON_TRUST": "*"}, "by the caller of sudo": {"SUDO_UID": str(STRANGER)}}
    if how == "said once":
        assert run_command(tmp_path, "trust", str(folder)).returncode == 0
    home = {"BATON_HOME": str(tmp_path / "home")}
    assert run_command(folder, "run", "toy", "hello", **home, **settings.get(how, {})).returncode == 0
    assert mark.exists()


@pytest.fixture
def foreign_home(baton_home: Path) -> Path:
    """A home with a key in it, as a folder that somebody else made may hold one."""
    baton_home.mkdir(mode=0o700)
    (baton_home / "seal.key").write_bytes(sha256(b"theirs").digest())
    (baton_home / "seal.key").chmod(0o600)
    return baton_home


def run_printed_fix(text: str) -> None:
    """Run the command that an error names; after that the key is taken."""
    subprocess.run(["/bin/sh", "-c", text.partition("run: ")[2].partition(" (or set BATON_HOME")[0]], check=True)
    assert home_key() == sha256(b"theirs").digest()


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o775, 0o777, 0o1777], ids=oct)
@pytest.mark.parametrize("part", ["", "seal.key"])
def test_a_home_or_key_that_others_can_write_is_refused_with_the_command_that_mends_it(
    foreign_home: Path, part: str, mode: int
) -> None:
    (foreign_home / part).chmod(mode)
    with pytest.raises(StorageError) as caught:
        home_key()
    assert str(caught.value).startswith(f"{foreign_home / part} can be written by others and is not used; run: ")
    run_printed_fix(str(caught.value))


@ROOT_ONLY
@pytest.mark.parametrize("part", ["", "seal.key"])
def test_a_home_or_key_of_another_user_is_refused_with_the_command_that_mends_it(foreign_home: Path, part: str) -> None:
    give_to_stranger(foreign_home, part)
    with pytest.raises(StorageError) as caught:
        home_key()
    assert str(caught.value).startswith(
        f"{foreign_home / part} belongs to another user (uid {STRANGER}) and is not used"
    )
    run_printed_fix(str(caught.value))


@pytest.mark.parametrize("mask", [0o002, 0o000])
def test_a_home_is_ones_own_whatever_the_umask(baton_home: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        assert home_key() == home_key()
    finally:
        os.umask(before)


@ROOT_ONLY
def test_under_sudo_the_callers_home_is_ones_own(foreign_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_to_stranger(foreign_home)
    monkeypatch.setenv("SUDO_UID", str(STRANGER))
    assert home_key() == sha256(b"theirs").digest()


@ROOT_ONLY
def test_a_strangers_home_is_not_even_looked_into(foreign_home: Path) -> None:
    give_to_stranger(foreign_home)
    with pytest.raises(StorageError, match="belongs to another user"):
        list_runs(None, None, 1, 0)


@pytest.mark.parametrize("arguments", [("run", "toy", "hello"), ("doctor",)], ids=" ".join)
def test_a_key_of_the_environment_is_not_sent_where_a_clones_env_says(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    project(tmp_path, tmp_path / "mark")
    (tmp_path / ".env").write_text("OPENAI_BASE_URL=http://models.example/v1\nBATON_MODEL_CHEAP=openai:x\n")
    done = run_command(tmp_path, *arguments, OPENAI_API_KEY=KEY)
    assert done.returncode != 0
    assert "baton trust http://models.example" in done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr
    assert run_command(tmp_path, "trust", "http://models.example/v1").returncode == 0
    assert run_command(tmp_path, "models", OPENAI_API_KEY=KEY).returncode == 0
