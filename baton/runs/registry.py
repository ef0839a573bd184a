"""The graphs there are: `langgraph.json` is the only list. Light on purpose, see `baton.config.home`."""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baton.config.project import GRAPHS, make_importable, root
from baton.errors import BadSetting, UnknownGraph

if TYPE_CHECKING:
    from baton.steps.typed_graph import TypedGraph


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered graph; `path` is `./graphs/routing.py:graph`, as in the file."""

    name: str
    path: str
    description: str


def entries() -> dict[str, Entry]:
    """All registered graphs by name.

    Raises:
        BadSetting: the file does not parse.
    """
    try:
        graphs: dict[str, Any] = json.loads((root() / GRAPHS).read_text("utf-8"))["graphs"]
        return {name: _entry(name, value) for name, value in graphs.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadSetting(f"{root() / GRAPHS} is not a graph list: {type(error).__name__}: {error}") from error


def entry(name: str) -> Entry:
    """One graph's entry.

    Raises:
        UnknownGraph: there is none of that name; the message names the nearest.
    """
    known = entries()
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else "`baton graphs` lists them"
    raise UnknownGraph(f"no graph is called {name!r}; {hint}")


def load(name: str) -> "TypedGraph[Any, Any, Any, Any]":
    """The compiled graph of that name.

    Raises:
        UnknownGraph: there is none.
        BadSetting: the file names a module or a variable that there is not.
        NotTrusted: the project is another user's, and nobody said to trust it.
    """
    path, _, variable = entry(name).path.partition(":")
    make_importable(root(), root() / path)
    try:
        module = import_module(".".join(Path(path).with_suffix("").parts))
        graph: TypedGraph[Any, Any, Any, Any] = getattr(module, variable)
    except Exception as error:  # a module may raise anything when it is imported
        told = f"{type(error).__name__}: {error}"
        raise BadSetting(f"{root() / GRAPHS} names {name} as {path}:{variable}: {told}") from error
    return graph


def _entry(name: str, value: Any) -> Entry:
    told = value if isinstance(value, dict) else {"path": value}
    if not isinstance(told["path"], str):
        raise TypeError(f"{name} has no path")
    return Entry(name, told["path"], told.get("description", ""))
