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


@pytest.mark.parametrize("text", ["{}", "[]", "null", "7", '"graphs"', '{"graphs": null}', '{"graphs": ["echo"]}', "{"])
def test_a_list_that_is_none_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "langgraph.json").write_text(text)
    with pytest.raises(BadSetting, match=r"langgraph\.json is not a graph list: ") as caught:
        entries()
    assert "\n" not in str(caught.value)
    assert "Error" not in str(caught.value)


@pytest.mark.parametrize(
    "value", [5, {}, {"path": 5}, {"path": None}, [], "", ":graph", "./echo.py", "./echo.py:", {"path": "e", "x": 1}]
)
def test_a_graph_that_is_named_in_no_way_of_langgraphs_is_told_by_its_key(register: Register, value: Any) -> None:
    register({"fine": "./fine.py:graph", "echo": value})
    with pytest.raises(BadSetting, match=r"langgraph\.json: graphs\.echo has the path .*; write \./FILE\.py:VARIABLE"):
        entries()


def test_a_description_is_text(register: Register) -> None:
    register({"echo": {"path": "./echo.py:graph", "description": 7}})
    with pytest.raises(BadSetting, match=r"graphs\.echo has a description that is no text"):
        entries()


GRAPH = """
from langgraph.graph import END, START
from typing_extensions import TypedDict
from baton import TypedStateGraph
class State(TypedDict):
    message: str
async def work(state: State) -> State:
    return state
graph = TypedStateGraph(State).add_node(work).add_edge(START, "work").add_edge("work", END).compile(name="here")
"""


@pytest.mark.parametrize(
    "path",
    [
        "./{name}/made.py:graph",
        "{name}/made.py:graph",
        "./elsewhere/../{name}/made.py:graph",
        "{root}/{name}/made.py:graph",
        "{name}.made:graph",
        {"path": "{name}.made:graph"},
    ],
)
def test_a_graph_is_loaded_from_its_file_or_its_module(register: Register, tmp_path: Path, path: Any) -> None:
    name = f"registered_{tmp_path.name}"
    dotted = path["path"] if isinstance(path, dict) else path
    project = register({"here": dotted.format(name=name, root=tmp_path)})
    (project / name).mkdir()
    (project / name / "made.py").write_text(GRAPH)
    assert load("here").name == "here"


@pytest.mark.parametrize(
    "path,told",
    [
        ("../registered_outside.py:graph", "that lies outside this project; name a file in it"),
        ("/registered_outside.py:graph", "that lies outside this project"),
        ("./a/../../registered_outside.py:graph", "that lies outside this project"),
        ("./not_there.py:graph", "there is no such Python file"),
        ("./registered_empty.ts:graph", "there is no such Python file"),
        ("./registered_empty.py:graph", "AttributeError: module 'registered_empty' has no attribute 'graph'"),
        ("not.there:graph", "ModuleNotFoundError: No module named 'not"),
        ("registered_number:number", "that is no compiled graph but int"),
    ],
)
def test_a_graph_that_cannot_be_loaded_is_told_by_its_name(register: Register, path: str, told: str) -> None:
    project = register({"echo": path})
    (project.parent / "registered_outside.py").write_text("graph = 7\n")
    for name in ("registered_empty.py", "registered_empty.ts"):
        (project / name).write_text("")
    (project / "registered_number.py").write_text("number = 7\n")
    sys.modules.pop("registered_number", None)
    with pytest.raises(BadSetting, match="names echo as") as caught:
        load("echo")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
