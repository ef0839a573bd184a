"""`baton copy`: what it says, and each wrong use in one line."""

import json
import re
from pathlib import Path

import pytest

from app.copied_pattern import files_of
from tests.baton.cli.conftest import Baton
from tests.test_house import ROOT

WRONG_USE = 2


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """No project: the checkout is it."""
    return tmp_path


def test_it_says_where_the_copy_is(baton: Baton, tmp_path: Path) -> None:
    told = baton("copy", "single_call", "mine/desk")
    assert (told.code, told.err) == (0, "")
    folder = tmp_path / "mine" / "desk"
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert folder / "graphs" / "single_call.py" in files
    assert told.out.startswith(f"single_call is in mine/desk: {len(files)} files")


def test_a_pattern_that_there_is_not_is_told_with_the_nearest(baton: Baton, tmp_path: Path) -> None:
    told = baton("copy", "rooting", "copy")
    assert told.code == WRONG_USE
    assert told.err == "error: no graph is called 'rooting'; did you mean 'routing'?\n"
    assert not (tmp_path / "copy").exists()


def test_a_folder_that_is_not_empty_is_left_as_it_is(baton: Baton, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    told = baton("copy", "routing", ".")
    assert told.code == WRONG_USE
    assert told.err.count("\n") == 1
    assert "is not empty" in told.err
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["notes.txt"]


def test_a_strangers_project_has_no_such_command(baton: Baton, tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").write_text('{"graphs": {}}')
    told = baton("copy", "routing", "copy")
    assert told.code == WRONG_USE
    assert told.err.startswith("error: No such command 'copy'; see: ")
    assert told.err.count("\n") == 1


def test_a_project_that_borrows_the_command_is_told_where_it_works(baton: Baton, tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").write_text('{"graphs": {}}')
    (tmp_path / "baton.toml").write_text('[commands]\ncopy = "app.copy_command:copy"\n')
    told = baton("copy", "routing", "copy")
    assert told.code == WRONG_USE
    assert told.err == f"error: baton copy works in a checkout of Baton alone; {tmp_path} is another project\n"


@pytest.mark.parametrize("pattern", json.loads((ROOT / "langgraph.json").read_text("utf-8"))["graphs"])
def test_a_copied_business_answers_each_record_that_the_copied_nodes_ask_for(pattern: str) -> None:
    files = files_of(pattern)
    nodes = "".join(text for name, text in files.items() if name.startswith("nodes/"))
    asked = re.findall(r"await ask\([^,]+, (\w+)", nodes)
    records = {each.removesuffix("_shape").capitalize() if each.islower() else each for each in asked}
    assert records
    assert [each for each in records if f'"{each}": ' not in files["business.py"]] == []
