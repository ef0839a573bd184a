"""The registry of graphs: `langgraph.json`, wherever it is, and one line for what is wrong with it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baton.config.project import root
from baton.errors import BadSetting, UnknownGraph
from baton.runs.registry import entries, entry, load

Register = Callable[[Any], Path]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    monkeypatch.setattr(sys, "path", [*sys.path])

    def write(graphs: Any) -> Path:
        (tmp_path / "langgraph.json").write_text(json.dumps({"graphs": graphs}))
        return tmp_path

    return write


def test_the_nearest_project_counts(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    project = register({"echo": "./echo.py:graph"})
    (project / "deep" / "deeper").mkdir(parents=True)
    monkeypatch.chdir(project / "deep" / "deeper")
    assert root() == project


def test_outside_a_project_the_graphs_are_batons_own() -> None:
    assert root() == Path(__file__).parents[3]
    assert "single_call" in entries()


def test_a_graph_may_be_described(register: Register) -> None:
    register({"echo": {"path": "./echo.py:graph", "description": "says it again"}, "bare": "./bare.py:graph"})
    assert entry("echo").description == "says it again"
    assert entry("bare").description == ""


@pytest.mark.parametrize("asked,hint", [("ecko", "'echo'"), ("zzzzzz", "baton graphs")])
def test_an_unknown_graph_is_told_with_a_hint(register: Register, asked: str, hint: str) -> None:
    register({"echo": "./echo.py:graph"})
    with pytest.raises(UnknownGraph, match=hint):
        entry(asked)


@pytest.mark.parametrize("graphs", [None, 5, ["echo"], {"echo": 5}, {"echo": {}}])
def test_a_list_that_is_none_is_told_in_one_line(register: Register, graphs: Any) -> None:
    register(graphs)
    with pytest.raises(BadSetting, match="is not a graph list") as caught:
        entries()
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_json_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "langgraph.json").write_text("{")
    with pytest.raises(BadSetting, match="is not a graph list"):
        entries()


def test_a_graph_is_loaded_from_its_file(register: Register) -> None:
    project = register({"shelf": "./registered_here.py:shelf"})
    (project / "registered_here.py").write_text("shelf = 'the graph'\n")
    found: Any = load("shelf")
    assert found == "the graph"


@pytest.mark.parametrize("path", ["./not_there.py:graph", "./registered_empty.py:graph", "./registered_empty.py"])
def test_a_graph_that_cannot_be_loaded_is_told_by_its_name(register: Register, path: str) -> None:
    project = register({"echo": path})
    (project / "registered_empty.py").write_text("")
    with pytest.raises(BadSetting, match="names echo as"):
        load("echo")
