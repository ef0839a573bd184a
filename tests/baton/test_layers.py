"""The packages of the library import one way, and no module imports itself by a detour. `pytest -s` prints both."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

from app.import_closure import imports_of
from tests.test_house import ROOT

BELOW = {
    "": set[str](),
    "redact": {""},
    "config": {"", "redact"},
    "storage": {"", "redact", "config"},
    "runtime": {"", "redact", "config", "storage"},
    "offline": {"", "redact", "config"},
    "llama": {"", "redact", "config"},
    "models": {"", "redact", "config", "llama", "offline", "runtime", "storage"},
    "steps": {"", "redact", "config", "models", "runtime", "storage"},
    "runs": {"", "redact", "config", "runtime", "steps", "storage"},
    "testing": {"", "redact", "config", "offline", "storage"},
    "cli": {"", "redact", "config", "llama", "models", "offline", "runs", "runtime", "steps", "storage"},
}
"""What each package may import beside itself; the first are the modules that lie in `baton/` itself."""

INSIDE_CLI = ("terminal", "views", "work", "doctor", "commands")
"""Bottom up: each may import itself and those before it."""

FACE = ROOT / "baton" / "__init__.py"


def modules() -> dict[str, Path]:
    """The library's modules by their dotted names; a package by its `__init__`."""
    found = [path for path in (ROOT / "baton").rglob("*.py") if path != FACE]
    return {dotted(path): path for path in sorted(found)}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def package(module: str) -> str:
    """`storage` of `baton.storage.database`; nothing for `baton.errors`."""
    parts = module.split(".")
    if module in {"baton.__main__", "baton.testing"}:
        return "cli" if module == "baton.__main__" else "testing"
    return parts[1] if (ROOT / "baton" / parts[1]).is_dir() else ""


def arrows() -> dict[str, set[str]]:
    """The modules that each module imports, also for type checkers only and inside its functions."""
    known = modules()
    return {name: {each for each in imports_of(path) if each in known} - {name} for name, path in known.items()}


def circle(found: dict[str, set[str]]) -> list[str]:
    """One circle among the arrows; empty where there is none."""
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        met: list[str] = error.args[1]
        return met
    return []


def between(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """The packages that each package imports."""
    made: dict[str, set[str]] = {}
    for module, others in found.items():
        made.setdefault(package(module), set()).update(map(package, others))
    return {name: others - {name} for name, others in made.items()}


def told(steps: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{later} imports {earlier}" for earlier, later in steps)


def test_no_module_imports_itself_by_a_detour() -> None:
    met = circle(arrows())
    print(f"circles: {met or 'none'}")  # noqa: T201 - for a reader
    assert not met, told(pairwise(met))


def test_packages_import_one_way() -> None:
    found = between(arrows())
    for name, others in found.items():
        print(f"{name or 'baton'}: {', '.join(sorted(each or 'baton' for each in others)) or 'nothing'}")  # noqa: T201 - for a reader
    assert {name: more for name, others in found.items() if (more := others - BELOW[name])} == {}


def test_the_command_line_imports_one_way() -> None:
    parts = {
        name: name.removeprefix("baton.cli.").partition(".")[0] for name in modules() if name.startswith("baton.cli.")
    }
    imports = arrows()
    upward = {
        name: others
        for name, part in parts.items()
        if part in INSIDE_CLI
        and (others := {each for each in imports[name] if parts.get(each) in INSIDE_CLI[INSIDE_CLI.index(part) + 1 :]})
    }
    assert upward == {}


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) in (
        ["a", "c", "b", "a"],
        ["b", "a", "c", "b"],
        ["c", "b", "a", "c"],
    )
