"""The rules of the repository: imports run down only, one registry of graphs, short wiring, nothing of one machine."""

import ast
import json
import re
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.import_closure import imports_of
from bank.knowledge import FOLDER
from bank.ledger.actions import ACTION_NAMES
from desk.records import OTHER

ROOT = Path(__file__).parents[1]

LAYERS = ("baton", "desk", "bank", "state", "nodes", "graphs", "evals", "app")
"""Bottom up: a package may import itself and the packages before it."""

KNOW_NO_BUSINESS = {"baton", "desk", "state", "nodes", "graphs", "evals"}
"""They take the business from `desk.business`, so that another one is another folder and no other file."""

COMPOSITIONS = {"support_desk", "multi_agent"}
"""The graphs that are made of other graphs."""

PARTS = {"desk": "support_desk"}
"""The folders below `graphs/`, each with the graph whose parts lie in it."""

SHARED = "parts"
"""The folder below `graphs/` of parts that any pattern may have; each leads to the page that explains it."""

LONGEST_GRAPH = 80
OUTSIDE = {"__pycache__", "build", "dist", "node_modules"}
PUBLISHED = {".ci", ".github"}
"""Hidden folders that belong to the repository."""

ONE_MACHINE = re.compile(
    r"(?<![\w.~-])/(?:root|home|work|Users)/\w"
    r"|--(?:extra-)?index-url|--(?:find-links|trusted-host)"
    r"|https?://\S+/simple\b|pythonhosted\.org"
)
"""Paths of somebody's machine, and addresses of package indexes."""


def modules(package: str) -> list[Path]:
    """The package's Python files."""
    return sorted((ROOT / package).rglob("*.py"))


def packages_of(module: Path) -> set[str]:
    """Which of our top-level packages a module imports."""
    return {name.partition(".")[0] for name in imports_of(module)} & {*LAYERS, "tests", "benchmarks"}


def sibling_imports(module: Path, package: str) -> set[str]:
    """The stems of the other modules of a package that a module imports."""
    known = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in modules(package)}
    return {known[name].stem for name in imports_of(module) if name in known and known[name] != module}


def graph_registry() -> dict[str, str]:
    """`langgraph.json`'s graphs: name to `./graphs/NAME.py:graph`."""
    registry = ROOT / "langgraph.json"
    graphs: dict[str, dict[str, str]] = json.loads(registry.read_text("utf-8"))["graphs"]
    return {name: entry["path"] for name, entry in graphs.items()}


def graph_files() -> list[Path]:
    """One file per pattern; what lies in a folder beside them is a part of one."""
    return sorted((ROOT / "graphs").glob("*.py"))


def texts(folder: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Every text file of the repository with its content; not what the tools build, nor a person's settings."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name in PUBLISHED or not (path.name.startswith(".") or path.name in OUTSIDE):
                yield from texts(path)
        elif path.name != ".env" and b"\0" not in (content := path.read_bytes()):
            yield path, content.decode("utf-8")


@pytest.mark.parametrize("package", LAYERS)
def test_imports_run_down_only(package: str) -> None:
    below = set(LAYERS[: LAYERS.index(package) + 1]) - ({"bank"} if package in KNOW_NO_BUSINESS else set())
    upward = {str(module.relative_to(ROOT)): packages_of(module) - below for module in modules(package)}
    assert {module: packages for module, packages in upward.items() if packages} == {}


def names_of_the_bank() -> set[str]:
    """Names of the bank's routes and actions, and ids of its policies; its `other` is everybody's."""
    routes = {file.stem for file in (FOLDER / "routes").glob("*.txt")} - {OTHER}
    policies = {file.stem.upper() for file in (FOLDER / "policies").glob("*.md")}
    return {*routes, *ACTION_NAMES, *policies}


def texts_in(module: Path) -> list[str]:
    """The texts that a module writes down, its comments left out."""
    constants = (
        node.value for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Constant)
    )
    return [text for text in constants if isinstance(text, str)]


@pytest.mark.parametrize("package", sorted(KNOW_NO_BUSINESS))
def test_no_name_of_the_bank_stands_above_or_below_it(package: str) -> None:
    named = names_of_the_bank()
    plain = {name for name in named if not ("_" in name or "-" in name)}  # words of every day: as a name, or quoted
    marked = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, named - plain))})(?![\w-])")
    quoted = re.compile(rf"[`\"'](?:{'|'.join(plain)})[`\"']")
    found = {
        (str(module.relative_to(ROOT)), text[:60])
        for module in modules(package)
        for text in [*texts_in(module), *marked.findall(module.read_text("utf-8"))]
        if text in named or marked.search(text) or quoted.search(text)
    }
    assert found == set()


def test_nodes_never_import_nodes() -> None:
    assert {module.stem: more for module in modules("nodes") if (more := sibling_imports(module, "nodes"))} == {}


def test_only_a_composition_imports_graphs() -> None:
    shared = {path.stem for path in (ROOT / "graphs" / SHARED).glob("*.py")}
    more = {module.stem: sibling_imports(module, "graphs") - shared for module in graph_files()}
    assert {stem for stem, others in more.items() if others} <= COMPOSITIONS


def test_the_library_alone_is_packaged_and_every_package_is_type_checked() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    assert tools["hatch"]["build"]["targets"]["wheel"]["packages"] == ["baton"]
    assert set(LAYERS) <= set(tools["mypy"]["files"])


def test_the_registry_names_every_graph_by_its_file() -> None:
    assert graph_registry() == {path.stem: f"./graphs/{path.name}:graph" for path in graph_files()}


def test_every_graph_is_explained() -> None:
    explained = {path.stem for path in (ROOT / "docs" / "patterns").glob("*.md")}
    assert set(graph_registry()) - explained == set()


def test_every_graph_leads_to_its_page() -> None:
    docstrings = {path: ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "" for path in modules("graphs")}
    pages = {
        path: re.findall(r"^Page: docs/patterns/(\w+)\.md$", text, re.MULTILINE) for path, text in docstrings.items()
    }
    shared = {path for path in pages if path.parent.name == SHARED}
    assert [path for path in shared if set(pages[path]) - set(graph_registry()) or not pages[path]] == []
    own = {path: [path.stem if path in graph_files() else PARTS[path.parent.name]] for path in pages.keys() - shared}
    assert {path: pages[path] for path in own} == own


def test_a_graph_is_read_in_one_glance() -> None:
    lengths = {path.stem: len(path.read_text("utf-8").splitlines()) for path in modules("graphs")}
    assert {stem: length for stem, length in lengths.items() if length > LONGEST_GRAPH} == {}


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    explained = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    names = {re.split(r"[<>=\[ ]", requirement)[0] for requirement in declared}
    assert {name for name in names if not re.search(rf"\| {re.escape(name)}(\[\w+\])? \|", explained)} == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-real.txt"])
def test_every_pinned_version_has_its_hashes(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert all(line.startswith("    --hash=sha256:") or re.match(r"[\w.-]+==\S+ .*\\$", line) for line in lines)


def test_nothing_belongs_to_one_machine() -> None:
    assert [(str(path.relative_to(ROOT)), hit[0]) for path, text in texts() for hit in ONE_MACHINE.finditer(text)] == []


def test_the_network_is_shut() -> None:
    with socket.socket() as reaching, pytest.warns(UserWarning, match="A test tried"), pytest.raises(RuntimeError):
        reaching.connect(("192.0.2.1", 80))
