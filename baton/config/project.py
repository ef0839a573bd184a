"""The project that a command is called in: its folder, and what its own file names. Light on purpose.

`baton.toml`, or `[tool.baton]` in `pyproject.toml`, beside `langgraph.json`; nothing in it is needed:

    business = "bank.business:BUSINESS"

    [commands]
    demo = "app.demo:demo"

    [responders]
    desk = "bank.responders:RESPONDERS"

A business may bring such a file in a folder of its own: `BATON_BUSINESS=FOLDER` takes `business` and `responders` from
there instead. Modules in it are named from the folder that holds it: `shop.business:BUSINESS` in `anywhere/shop`.
"""

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from baton.config.home import load_env
from baton.config.trust import refuse_strangers
from baton.errors import BadSetting

GRAPHS, OWN, SHARED = "langgraph.json", "baton.toml", "pyproject.toml"
CHECKOUT = Path(__file__).resolve().parents[2]
KEYS = {"business": str, "commands": dict, "responders": dict}


@dataclass(frozen=True, slots=True)
class Project:
    """What a project's file names, each as `module:attribute`; `file` is None where there is none."""

    root: Path
    file: Path | None = None
    business: str | None = None
    commands: Mapping[str, str] = field(default_factory=dict)
    responders: Mapping[str, str] = field(default_factory=dict)

    def load(self, key: str, named: str) -> Any:
        """What `module:attribute` stands for; `key` is where the file says so.

        Raises:
            BadSetting: there is no such thing, or its module fails when it is imported.
            NotTrusted: the project is another user's, and nobody said to trust it.
        """
        module, _, attribute = named.partition(":")
        make_importable(self.root)
        if self.file is not None and self.file.parent != self.root:
            _find_last(self.file)
        try:
            return getattr(import_module(module), attribute)
        except Exception as error:  # a module may raise anything when it is imported
            told = f"{type(error).__name__}: {error}"
            raise BadSetting(f"{self.file}: {key} names {named}, which cannot be loaded: {told}") from error


@lru_cache(maxsize=1)
def root() -> Path:
    """The nearest folder with a `langgraph.json` or `baton.toml`: this one, one above it, or the checkout of Baton.

    Raises:
        BadSetting: there is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / GRAPHS).is_file() or (folder / OWN).is_file():
            return folder
    if (CHECKOUT / GRAPHS).is_file():
        return CHECKOUT
    raise BadSetting(f"no {GRAPHS} here or above; run baton in a project that has one")


@lru_cache(maxsize=1)
def project() -> Project:
    """The project, with what its file names; where there is no project, an empty one of this folder.

    Raises:
        BadSetting: the file does not parse, or there are two, or it names what nobody can use.
    """
    try:
        folder = root()
    except BadSetting:
        folder = Path.cwd()
    return project_of(folder)


def project_of(folder: Path) -> Project:
    """The project of a folder, with what its own file names, and the business of `BATON_BUSINESS` where that is set.

    Raises:
        BadSetting: a file does not parse, or there are two, or one names what nobody can use.
    """
    named = _named_in(folder)
    if not (elsewhere := os.environ.get("BATON_BUSINESS")):
        return named
    file = Path(elsewhere).absolute() / OWN
    table = _table(file)
    if table is None:
        raise BadSetting(f"BATON_BUSINESS={elsewhere}: there is no {file}, which would name the business")
    chosen = _checked(*table)
    return replace(named, file=file, business=chosen.get("business"), responders=chosen.get("responders", {}))


def _named_in(folder: Path) -> Project:
    """The project of a folder, with what the file in it names."""
    found = [each for each in (_table(folder / OWN), _table(folder / SHARED, "tool", "baton")) if each is not None]
    if not found:
        return Project(folder)
    if len(found) > 1:
        raise BadSetting(f"{folder / OWN} and [tool.baton] of {folder / SHARED} both name a project; keep one")
    [(file, table)] = found
    return Project(folder, file, **_checked(file, table))


def make_importable(folder: Path, *files: Path) -> None:
    """Let the modules of a project come before all others; `files` of it are about to be imported.

    What they read of the environment when they are imported may stand in `.env`.

    Raises:
        BadSetting: `.env` cannot be used.
        NotTrusted: it is another user's, and nobody said to trust it.
    """
    if folder != CHECKOUT:  # that one's code is what runs here
        refuse_strangers(folder, folder, *(folder / name for name in (GRAPHS, OWN, SHARED)), *files)
    load_env()
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _find_last(file: Path) -> None:
    """Let the modules beside a business's file be found, after all others, by the name of their folder.

    Raises:
        NotTrusted: the folder is another user's, and nobody said to trust it.
    """
    refuse_strangers(file.parent, file.parent, file)
    if str(file.parent.parent) not in sys.path:
        sys.path.append(str(file.parent.parent))


def _table(file: Path, *keys: str) -> tuple[Path, dict[str, Any]] | None:
    """What a file says under some keys; None where it says nothing."""
    try:
        table: Any = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadSetting(f"{file} cannot be read: {error}") from error
    for key in keys:
        table = table.get(key)
        if table is None:
            return None
    return file, table


def _checked(file: Path, table: dict[str, Any]) -> dict[str, Any]:
    """The table where each key is known and names `module:attribute`."""
    for key, value in table.items():
        if key not in KEYS:
            raise BadSetting(f"{file}: {key} is not known; it may name {', '.join(KEYS)}")
        if key == "business" and isinstance(value, list):
            raise BadSetting(f"{file}: business names {len(value)}; a project has one")
        if not isinstance(value, KEYS[key]):
            raise BadSetting(f"{file}: {key} is {'a table' if KEYS[key] is dict else 'one text, module:attribute'}")
        named = {f"{key}.{name}": each for name, each in value.items()} if isinstance(value, dict) else {key: value}
        for where, each in named.items():
            if not (isinstance(each, str) and all(each.partition(":"))):
                raise BadSetting(f"{file}: {where} is {each!r}; write module:attribute")
    return table
