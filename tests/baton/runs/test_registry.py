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


@pytest.mark.parametrize("file", ["v1.2/made.py", "json.py", "code/made.py", "a.b/c.d.py", "my-own graph.py"])
def test_a_file_whose_name_python_does_not_find_is_loaded_all_the_same(register: Register, file: str) -> None:
    project = register({"here": f"./{file}:graph"})
    (project / file).parent.mkdir(exist_ok=True)
    (project / file).write_text(GRAPH)
    assert load("here") is load("here")
    assert load("here").name == "here"
    assert json.dumps([]) == "[]"


def test_what_a_package_around_a_graph_cannot_import_is_told(register: Register, tmp_path: Path) -> None:
    package = f"around_{tmp_path.name}"
    project = register({"here": f"./{package}/made.py:graph"})
    (project / package).mkdir()
    (project / package / "__init__.py").write_text("import nothing_of_that_name\n")
    (project / package / "made.py").write_text(GRAPH)
    with pytest.raises(BadSetting, match="ModuleNotFoundError: No module named 'nothing_of_that_name'"):
        load("here")


def test_what_env_holds_is_there_when_a_graph_is_imported(register: Register, tmp_path: Path) -> None:
    name = f"reads_{tmp_path.name}"
    project = register({"here": f"./{name}.py:graph"})
    (project / ".env").write_text(f"{name}=found\n")
    (project / f"{name}.py").write_text(f"import os\nassert os.environ.pop({name!r}) == 'found'\n{GRAPH}")
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
        ("registered_number:held", "that is no compiled graph but dict"),
    ],
)
def test_a_graph_that_cannot_be_loaded_is_told_by_its_name(register: Register, path: str, told: str) -> None:
    project = register({"echo": path})
    (project.parent / "registered_outside.py").write_text("graph = 7\n")
    for name in ("registered_empty.py", "registered_empty.ts"):
        (project / name).write_text("")
    (project / "registered_number.py").write_text("number = 7\nheld = {}\n")
    sys.modules.pop("registered_number", None)
    with pytest.raises(BadSetting, match="names echo as") as caught:
        load("echo")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


MADE = """
from contextlib import asynccontextmanager, contextmanager
from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict
from baton import TypedStateGraph
class State(TypedDict):
    message: str
async def work(state: State) -> State:
    return state
def built(kind=TypedStateGraph):
    return kind(State).add_node("work", work).add_edge(START, "work").add_edge("work", END)
unbuilt, plain = built(), built(StateGraph)
unnamed, named = built().compile(), built(StateGraph).compile(name="own")
made = []
def bare():
    made.append(None)
    return built().compile(name="bare")
def configured(config: RunnableConfig):
    return built().compile(name=f"with {sorted(config)} {config['configurable']}")
def kept(*, config: dict | None = None):
    return built(StateGraph) if config == {"configurable": {}} else None
class Kept:
    def __call__(self, config):
        return built()
kind = Kept()
picked = lambda: plain
async def awaited():
    return built()
async def awaited_with(config):
    return built()
@asynccontextmanager
async def opened():
    yield built()
@contextmanager
def opened_with(config):
    yield built()
def served(config: RunnableConfig, runtime: "ServerRuntime"):
    return built()
def of_a_server(runtime: "ServerRuntime[dict]"):
    return built()
def number():
    return 7
def none():
    pass
def broken():
    raise OSError("no key")
"""


@pytest.fixture
def made(register: Register, tmp_path: Path) -> Callable[[str], Any]:
    """Loads what a variable of one module stands for, under the name `here`."""
    module = f"made_{tmp_path.name}"

    def find(variable: str) -> Any:
        project = register({"here": f"./{module}.py:{variable}"})
        (project / f"{module}.py").write_text(MADE)
        return load("here")

    return find


@pytest.mark.parametrize(
    "variable,name",
    [
        ("bare", "bare"),
        ("configured", "with ['configurable'] {}"),
        ("kept", "here"),
        ("kind", "here"),
        ("picked", "here"),
        ("unbuilt", "here"),
        ("plain", "here"),
        ("unnamed", "here"),
        ("named", "own"),
    ],
)
async def test_a_graph_may_be_made_by_a_function_or_compiled_by_whoever_loads_it(
    made: Callable[[str], Any], variable: str, name: str
) -> None:
    graph = made(variable)
    assert graph.name == name
    assert await graph.ainvoke({"message": "so"}) == {"message": "so"}


def test_a_function_makes_its_graph_once(made: Callable[[str], Any], tmp_path: Path) -> None:
    graph = made("bare")
    assert load("here") is graph
    assert len(sys.modules[f"made_{tmp_path.name}"].made) == 1


@pytest.mark.parametrize(
    "variable,told",
    [
        ("awaited", "that is an async function; write `def`"),
        ("awaited_with", "that is an async function; write `def`"),
        ("opened", "that makes a context manager; let it return the graph"),
        ("opened_with", "that makes a context manager; let it return the graph"),
        ("served", "that is a function of more than a config; let it take nothing, or a RunnableConfig alone"),
        ("of_a_server", "that is a function of more than a config; let it take nothing, or a RunnableConfig alone"),
        ("number", "that is no compiled graph but int"),
        ("none", "that is no compiled graph but NoneType"),
        ("broken", "OSError: no key"),
    ],
)
def test_a_function_of_another_kind_is_told_with_the_way_out(
    made: Callable[[str], Any], variable: str, told: str
) -> None:
    with pytest.raises(BadSetting, match="names here as") as caught:
        made(variable)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("dependency,folder", [("./src", "src"), ("libs/ours", "libs/ours"), (".", ".")])
def test_the_folders_of_the_dependencies_are_looked_into(register: Register, dependency: str, folder: str) -> None:
    module = f"found_{folder.replace('/', '_').replace('.', 'here')}"
    project = register({"here": f"{module}.made:graph"})
    listed = json.loads((project / "langgraph.json").read_text())
    named = [dependency, "./nowhere", "langchain>=1", 7]
    (project / "langgraph.json").write_text(json.dumps({**listed, "dependencies": named}))
    (project / folder / module).mkdir(parents=True)
    (project / folder / module / "__init__.py").write_text("")
    (project / folder / module / "made.py").write_text(GRAPH)
    assert load("here").name == "here"
