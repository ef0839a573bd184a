"""The registered graphs: `langgraph.json` is the only list. Light on purpose, see `baton.config.home`."""

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

UNNAMED = "LangGraph"  # LangGraph's name for a graph that was compiled without one


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered graph; `path` is `./graphs/routing.py:graph` or `pkg.routing:graph`, as in the file."""

    name: str
    path: str
    description: str


def entries() -> dict[str, Entry]:
    """Return all registered graphs by name.

    Raises:
        BadSetting: the file does not parse, or an entry has a form that LangGraph does not know.
    """
    file = root() / GRAPHS
    return {name: _to_entry(file, name, value) for name, value in _read_list(file)["graphs"].items()}


def entry(name: str) -> Entry:
    """Return one graph's entry.

    Raises:
        UnknownGraph: there is none of that name; the message names the nearest.
    """
    known = entries()
    if name in known:
        return known[name]
    raise no_such_graph(name, known)


def no_such_graph(name: str, known: Iterable[str]) -> UnknownGraph:
    """Return the error for a name that is not known; its message names the nearest one that is."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else "`baton graphs` lists them"
    return UnknownGraph(f"no graph is called {name[:80]!r}; {hint}")


def load(name: str) -> "TypedGraph[Any, Any, Any, Any]":
    """Return the compiled graph of that name; a function that makes it is called once in a process.

    Raises:
        UnknownGraph: there is none.
        BadSetting: the module or the variable is missing, or it is no graph and does not make one.
        NotTrusted: the project is another user's, and was not trusted.
    """
    path, _, variable = entry(name).path.rpartition(":")
    named = f"{root() / GRAPHS} names {name} as {path}:{variable}"
    make_importable(root(), *([root() / path] if path.endswith(".py") else []))
    _add_dependencies()
    try:
        graph: TypedGraph[Any, Any, Any, Any] = _to_graph(name, getattr(_import_graph_module(path), variable))
    except Exception as error:  # a module may raise anything when it is imported, and so may a function of it
        reason = str(error) if isinstance(error, BadSetting) else f"{type(error).__name__}: {error}"
        raise BadSetting(f"{named}: {reason}") from error
    return graph


def _to_graph(name: str, found: Any) -> Any:
    """Return the compiled graph of a variable: a graph, a builder, or a function that makes either."""
    graph = _compile_once(name, found) if callable(found) or hasattr(found, "add_node") else found
    if not hasattr(graph, "builder"):
        raise BadSetting(f"that is no compiled graph but {type(graph).__name__}")
    return graph if graph.name != UNNAMED else graph.copy({"name": name})  # as the Agent Server names it


@cache
def _compile_once(name: str, found: Any) -> Any:
    """Call a function or compile a builder, once in a process, and return the graph."""
    made = _call_factory(found) if callable(found) else found
    return made.compile(name=name) if hasattr(made, "add_node") else made


def _call_factory(factory: Any) -> Any:
    """Call a function that takes nothing, or a config, and return what it makes."""
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


def _read_list(file: Path) -> dict[str, Any]:
    """Read the file; return its object, which has an object `graphs`."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadSetting(f"{file} is not a graph list: {error}") from error
    if not (isinstance(found, dict) and isinstance(found.get("graphs"), dict)):
        hint = 'write {"graphs": {"NAME": "./FILE.py:VARIABLE"}}'
        raise BadSetting(f"{file} is not a graph list: it is no object with an object graphs; {hint}")
    return found


def _add_dependencies() -> None:
    """Add the folders that the file names as dependencies to `sys.path`, after all others, as LangGraph does.

    Raises:
        NotTrusted: one is another user's, and was not trusted.
    """
    named = _read_list(root() / GRAPHS).get("dependencies")
    for each in named if isinstance(named, list) else []:
        folder = Path(os.path.normpath(root() / str(each)))
        if folder.is_dir():
            refuse_strangers(folder, folder)
            if str(folder) not in sys.path:
                sys.path.append(str(folder))


def _to_entry(file: Path, name: str, value: Any) -> Entry:
    fields = value if isinstance(value, dict) else {"path": value}
    path, description = fields.get("path"), fields.get("description") or ""
    if not (isinstance(path, str) and all(path.rpartition(":"))):
        raise BadSetting(f"{file}: graphs.{name} has the path {path!r}; write ./FILE.py:VARIABLE or MODULE:VARIABLE")
    if not isinstance(description, str):
        raise BadSetting(f"{file}: graphs.{name} has a description that is no text")
    return Entry(name, path, description)


def _import_graph_module(path: str) -> ModuleType:
    """Import the module of a file of this project or, without a slash, of a module name, as LangGraph does."""
    if "/" not in path and not path.endswith(".py"):
        return import_module(path)
    file = _find_file(path)
    name = ".".join(file.relative_to(root()).with_suffix("").parts)
    return import_module(name) if _is_importable_as(name, file) else _load_file(file)


def _find_file(path: str) -> Path:
    file = Path(os.path.normpath(root() / path))
    if not file.is_relative_to(root()):
        raise BadSetting("that lies outside this project; name a file in it, or an installed module as MODULE:VARIABLE")
    if file.suffix != ".py" or not file.is_file():
        raise BadSetting("there is no such Python file")
    return file


def _is_importable_as(name: str, file: Path) -> bool:
    """Whether importing `name` gives that file: `json` gives another one, and `v1.2.a` of `v1.2/a.py` none."""
    try:
        spec = find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # a package around it imports what is not there
        return False
    except ValueError:  # of a module that was made without a spec
        return False
    return spec is not None and spec.origin is not None and Path(spec.origin) == file


def _load_file(file: Path) -> ModuleType:
    """Load a file as a module whose name no other has."""
    name = str(file).replace(".", "_").replace("/", "__")
    if name not in sys.modules and (spec := spec_from_file_location(name, file)) and spec.loader:
        sys.modules[name] = module_from_spec(spec)
        try:
            spec.loader.exec_module(sys.modules[name])
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]
