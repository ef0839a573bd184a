"""A pattern is small enough to copy: its file and what that imports run alone, in an empty folder.

What is copied: the graph's import closure over our rooms, the offline model's skills with the line that names them, the
prompt of each node's stem, and the files and folders that a copied module names beside itself. The folder and the
installed packages are all that the process finds, so what was left behind is missing.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.ready import furnish, ready_home
from tests.test_house import COMPOSITIONS, ROOT, graph_registry, imports_of

ROOMS = ("baton", "desk", "bank", "state", "nodes", "graphs")
OURS = ("graphs", "nodes", "state")
MOST_FILES = 20
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SKILLS = "bank.responders"  # what answers for the offline model
PROJECT = 'responders.desk = "bank.responders:RESPONDERS"\n'
ENDED = {"answered", "acted", "declined", "escalated"}
DRIVER = """
import asyncio, importlib, json, os, sys
import langchain_openai, langgraph.graph, scipy.special, sklearn.linear_model, sklearn.naive_bayes  # once for all

def work(graph, folder):
    os.chdir(folder)
    os.environ["BATON_HOME"] = f"{folder}/home"
    sys.path.insert(0, folder)
    worked = importlib.import_module(f"graphs.{graph}").graph
    resolution = asyncio.run(worked.ainvoke({"message": "My new card has not arrived", "customer_id": None}))
    found = {name: getattr(sys.modules[name], "__file__", None) for name in ours()}
    foreign = [name for name, file in found.items() if file and not file.startswith(f"{folder}/")]
    print(json.dumps({"graph": graph, **resolution, "foreign": foreign}), flush=True)

def ours():
    return [name for name in sys.modules if name.partition(".")[0] in rooms]

rooms, graphs = json.loads(sys.argv[1]), json.loads(sys.argv[2])
assert not ours()
for graph, folder in graphs.items():
    if os.fork() == 0:
        work(graph, folder)
        os._exit(0)
    os.wait()
"""


def closure(*names: str) -> set[Path]:
    """The modules of our rooms that these import, and so on; a package brings its `__init__.py`."""
    found: set[Path] = set()
    waiting = list(names)
    while waiting:
        for path in sorted(files_of(waiting.pop()) - found):
            found.add(path)
            waiting += needed(path)
    return found


@cache
def needed(module: Path) -> list[str]:
    """What a module imports of our rooms, also inside its functions."""
    return [name for name in imports_of(module) if name.partition(".")[0] in ROOMS]


@cache
def files_of(name: str) -> set[Path]:
    """The file of a module and the `__init__.py` of each package around it; none where `name` is something inside."""
    parts = name.split(".")
    places = [ROOT.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
    packages = {place / "__init__.py" for place in places if (place / "__init__.py").is_file()}
    return packages | ({places[-1].with_suffix(".py")} if places[-1].with_suffix(".py").is_file() else set())


@cache
def data_of(module: Path) -> list[Path]:
    """The prompt of its stem, and what it names beside itself."""
    return list(_data_of(module))


def _data_of(module: Path) -> Iterator[Path]:
    prompt = module.parent / "prompts" / f"{module.stem}.md"
    if prompt.is_file():
        yield prompt
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip("."):
            beside = module.parent / node.value[:100]
            if beside.exists() and beside.suffix != ".py" and beside.is_relative_to(module.parent):
                yield beside


def copied_out(graph: str, folder: Path) -> None:
    """Copy a pattern and all it needs."""
    modules = closure(f"graphs.{graph}", SKILLS)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "baton.toml").write_text(PROJECT)
    for path in {*modules, *(data for module in modules for data in data_of(module))}:
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, target)


def worked(folders: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """What became of one message in each folder. Without `site`, no `.pth` file brings our own rooms back.

    The processes are forked from one that has imported the installed packages, and none of our rooms: that is quicker.
    """
    found = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(found)}
    given = [json.dumps(ROOMS), json.dumps({graph: str(folder) for graph, folder in folders.items()})]
    command = [sys.executable, "-S", "-c", DRIVER, *given]
    done = subprocess.run(command, cwd="/", env=environment, text=True, capture_output=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    told = {each["graph"]: each for each in map(json.loads, done.stdout.splitlines())}
    assert told.keys() == folders.keys(), done.stderr
    return told


@pytest.mark.timeout(120)  # ten graphs, one after the other, on a machine that may be busy
def test_every_graph_runs_alone(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    home, folders = ready_home(tmp_path_factory), {graph: tmp_path / graph for graph in graph_registry()}
    for graph, folder in folders.items():
        copied_out(graph, folder)
        furnish(folder / "home", home)
    for told in worked(folders).values():
        assert told.get("outcome") in ENDED, told
        assert (told["route"], told["foreign"]) == ("cards", []), told


@pytest.mark.parametrize("graph", sorted(set(graph_registry()) - COMPOSITIONS))
def test_a_pattern_is_few_files(graph: str) -> None:
    mine = [path for path in closure(f"graphs.{graph}") if path.relative_to(ROOT).parts[0] in OURS]
    assert len(mine) <= MOST_FILES, sorted(path.relative_to(ROOT) for path in mine)


@pytest.mark.parametrize("graph", sorted(graph_registry()))
def test_its_page_names_no_file_that_it_does_not_need(graph: str) -> None:
    page = (ROOT / "docs" / "patterns" / f"{graph}.md").read_text("utf-8")
    how = page.partition("## How to copy it out\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`((?:state|nodes|graphs)/[\w/]+\.py)`", how))
    assert f"graphs/{graph}.py" in named
    assert named - {str(path.relative_to(ROOT)) for path in closure(f"graphs.{graph}")} == set()
