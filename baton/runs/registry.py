"""The graphs there are: `langgraph.json` is the only list. Light on purpose, see `baton.config.home`."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from inspect import iscoroutine, signature
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from baton.config.project import GRAPHS, make_importable, root
from baton.config.trust import refuse_strangers
from baton.errors import BadSetting, UnknownGraph

if TYPE_CHECKING:
    from baton.steps.typed_graph import TypedGraph

UNNAMED = "LangGraph"  # what LangGraph calls a graph that was compiled without a name


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered graph; `path` is `./graphs/routing.py:graph` or `pkg.routing:graph`, as in the file."""

    name: str
    path: str
    description: str


def entries() -> dict[str, Entry]:
    """All registered graphs by name.

    Raises:
        BadSetting: the file does not parse, or names something in none of LangGraph's ways.
    """
    file = root() / GRAPHS
    return {name: _entry(file, name, value) for name, value in _listed(file)["graphs"].items()}


def entry(name: str) -> Entry:
    """One graph's entry.

    Raises:
        UnknownGraph: there is none of that name; the message names the nearest.
    """
    known = entries()
    if name in known:
        return known[name]
    raise unknown_graph(name, known)


def unknown_graph(name: str, known: Iterable[str]) -> UnknownGraph:
    """The refusal of a name, with the nearest of those that are known."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else "`baton graphs` lists them"
    return UnknownGraph(f"no graph is called {name[:80]!r}; {hint}")


def load(name: str) -> "TypedGraph[Any, Any, Any, Any]":
    """The compiled graph of that name; a function that makes it is called once in a process.

    Raises:
        UnknownGraph: there is none.
        BadSetting: the file names a module or a variable that there is not, or that is no graph and makes none.
        NotTrusted: the project is another user's, and nobody said to trust it.
    """
    path, _, variable = entry(name).path.rpartition(":")
    where = f"{root() / GRAPHS} names {name} as {path}:{variable}"
    make_importable(root(), *([root() / path] if path.endswith(".py") else []))
    _find_dependencies()
    try:
        graph: TypedGraph[Any, Any, Any, Any] = _graph_of(name, getattr(_imported(path), variable))
    except Exception as error:  # a module may raise anything when it is imported, and so may a function of it
        told = str(error) if isinstance(error, BadSetting) else f"{type(error).__name__}: {error}"
        raise BadSetting(f"{where}: {told}") from error
    return graph


def _graph_of(name: str, found: Any) -> Any:
    """The compiled graph that a variable holds, or what holds one: a builder, or a function that makes either."""
    graph = _built(name, found) if callable(found) or hasattr(found, "add_node") else found
    if not hasattr(graph, "builder"):
        raise BadSetting(f"that is no compiled graph but {type(graph).__name__}")
    return graph if graph.name != UNNAMED else graph.copy({"name": name})  # as the Agent Server names it


@cache
def _built(name: str, found: Any) -> Any:
    """What a function makes or a builder compiles to, once."""
    made = _made(found) if callable(found) else found
    return made.compile(name=name) if hasattr(made, "add_node") else made


def _made(factory: Any) -> Any:
    """What a function makes that takes nothing, or a config."""
    needed = signature(factory).parameters.values()
    if len(needed) > 1 or any("Runtime" in str(each.annotation) for each in needed):
        raise BadSetting("that is a function of more than a config; let it take nothing, or a RunnableConfig alone")
    made = factory(**{each.name: {"configurable": {}} for each in needed})
    if iscoroutine(made):
        made.close()
        raise BadSetting("that is an async function; write `def`, and await things in the steps")
    if hasattr(made, "__aenter__") or hasattr(made, "__enter__"):
        raise BadSetting("that makes a context manager; let it return the graph, and open things in the steps")
    return made


def _listed(file: Path) -> dict[str, Any]:
    """What the file says: an object with an object `graphs`."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadSetting(f"{file} is not a graph list: {error}") from error
    if not (isinstance(found, dict) and isinstance(found.get("graphs"), dict)):
        told = 'write {"graphs": {"NAME": "./FILE.py:VARIABLE"}}'
        raise BadSetting(f"{file} is not a graph list: it is no object with an object graphs; {told}")
    return found


def _find_dependencies() -> None:
    """Let the modules in the folders that the file names as dependencies be found, after all others, as LangGraph does.

    Raises:
        NotTrusted: one is another user's, and nobody said to trust it.
    """
    named = _listed(root() / GRAPHS).get("dependencies")
    for each in named if isinstance(named, list) else []:
        folder = Path(os.path.normpath(root() / str(each)))
        if folder.is_dir():
            refuse_strangers(folder, folder)
            if str(folder) not in sys.path:
                sys.path.append(str(folder))


def _entry(file: Path, name: str, value: Any) -> Entry:
    told = value if isinstance(value, dict) else {"path": value}
    path, description = told.get("path"), told.get("description") or ""
    if not (isinstance(path, str) and all(path.rpartition(":"))):
        raise BadSetting(f"{file}: graphs.{name} has the path {path!r}; write ./FILE.py:VARIABLE or MODULE:VARIABLE")
    if not isinstance(description, str):
        raise BadSetting(f"{file}: graphs.{name} has a description that is no text")
    return Entry(name, path, description)


def _imported(path: str) -> ModuleType:
    """The module of a file of this project, or of its own name: one without a slash, as LangGraph has it."""
    if "/" not in path and not path.endswith(".py"):
        return import_module(path)
    file = _file(path)
    name = ".".join(file.relative_to(root()).with_suffix("").parts)
    return import_module(name) if _is_found(name, file) else _of_location(file)


def _file(path: str) -> Path:
    file = Path(os.path.normpath(root() / path))
    if not file.is_relative_to(root()):
        raise BadSetting("that lies outside this project; name a file in it, or an installed module as MODULE:VARIABLE")
    if file.suffix != ".py" or not file.is_file():
        raise BadSetting("there is no such Python file")
    return file


def _is_found(name: str, file: Path) -> bool:
    """Whether a file is what Python finds by a name: for `json.py` it is another module, for `v1.2/a.py` none."""
    try:
        spec = find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # a package around it imports what is not there
        return False
    except ValueError:  # of a module that was made without a spec
        return False
    return spec is not None and spec.origin is not None and Path(spec.origin) == file


def _of_location(file: Path) -> ModuleType:
    """The module of a file under a name that no other has."""
    name = str(file).replace(".", "_").replace("/", "__")
    if name not in sys.modules and (spec := spec_from_file_location(name, file)) and spec.loader:
        sys.modules[name] = module_from_spec(spec)
        try:
            spec.loader.exec_module(sys.modules[name])
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]
