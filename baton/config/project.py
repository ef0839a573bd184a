"""The project that a command is called in: its folder, and the entries of its own file. Imports little on purpose.

`baton.toml`, or `[tool.baton]` in `pyproject.toml`, beside `langgraph.json`; every entry is optional:

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
    """The entries of a project's file, each `module:attribute`; `file` is None where the project has no such file."""

    root: Path
    file: Path | None = None
    business: str | None = None
    commands: Mapping[str, str] = field(default_factory=dict)
    responders: Mapping[str, str] = field(default_factory=dict)

    def load(self, key: str, entry: str) -> Any:
        """Import `module:attribute` and return the object; `key` is the entry's key in the file.

        Raises:
            BadSetting: there is no such object, or its module fails when it is imported.
            NotTrusted: the project is another user's, and is not trusted.
        """
        module, _, attribute = entry.partition(":")
        make_importable(self.root)
        if self.file is not None and self.file.parent != self.root:
            _find_last(self.file)
        try:
            return getattr(import_module(module), attribute)
        except Exception as error:  # a module may raise anything when it is imported
            cause = f"{type(error).__name__}: {error}"
            raise BadSetting(f"{self.file}: {key} names {entry}, which cannot be loaded: {cause}") from error


@lru_cache(maxsize=1)
def root() -> Path:
    """The nearest folder with a `langgraph.json` or `baton.toml`: this one, one above it, or the checkout of Baton.

    Raises:
        BadSetting: no folder has one.
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
    """Read the project's file and return the project; where there is no project, an empty one of this folder.

    Raises:
        BadSetting: the file does not parse, or there are two, or an entry has the wrong form.
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
    found = _read_table(file)
    if found is None:
        raise BadSetting(f"BATON_BUSINESS={elsewhere}: there is no {file}, which would name the business")
    _check(*found)
    _, table = found
    return replace(named, file=file, business=table.get("business"), responders=table.get("responders", {}))


def _named_in(folder: Path) -> Project:
    """The project of a folder, with what the file in it names."""
    tables = [_read_table(folder / OWN), _read_table(folder / SHARED, "tool", "baton")]
    present = [each for each in tables if each is not None]
    if not present:
        return Project(folder)
    if len(present) > 1:
        raise BadSetting(f"{folder / OWN} and [tool.baton] of {folder / SHARED} both name a project; keep one")
    [(file, table)] = present
    _check(file, table)
    return Project(folder, file, **table)


def make_importable(folder: Path, *files: Path) -> None:
    """Put a project's folder first on the import path, and read its `.env`; `files` are those about to be imported.

    Its modules may read the environment when they are imported.

    Raises:
        BadSetting: `.env` cannot be used.
        NotTrusted: it is another user's, and is not trusted.
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


def _read_table(file: Path, *keys: str) -> tuple[Path, dict[str, Any]] | None:
    """Read the table under some keys of a file, and return both; None where the file has no such table."""
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
        if not isinstance(table, dict):
            raise BadSetting(f"{file}: {key} is {table!r}, which is no table")
    return file, table


def _check(file: Path, table: dict[str, Any]) -> None:
    """Raise a BadSetting where a key is unknown, or an entry is not `module:attribute`."""
    for key, value in table.items():
        if key not in KEYS:
            raise BadSetting(f"{file}: {key} is not known; it may name {', '.join(KEYS)}")
        if key == "business" and isinstance(value, list):
            raise BadSetting(f"{file}: business names {len(value)}; a project has one")
        if not isinstance(value, KEYS[key]):
            raise BadSetting(f"{file}: {key} is {'a table' if KEYS[key] is dict else 'one text, module:attribute'}")
        entries = {f"{key}.{name}": each for name, each in value.items()} if isinstance(value, dict) else {key: value}
        for path, entry in entries.items():
            if not (isinstance(entry, str) and all(entry.partition(":"))):
                raise BadSetting(f"{file}: {path} is {entry!r}; write module:attribute")
