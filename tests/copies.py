"""Patterns copied out, and worked where nothing of ours is found but the copy and the library."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

from app.copied_pattern import copy_pattern

LIBRARY = Path(__file__).parents[1] / "baton"
DRIVER = """
import json, os, sys
import langchain_openai, langgraph.graph, pytest, pytest_asyncio  # once for all
import baton.testing
from baton.cli.main import main

def code_of(words):
    if words[0] == "pytest":
        return int(pytest.main(words[1:]))
    try:
        main(words)
    except SystemExit as end:
        return end.code

def work(folder, commands):
    os.chdir(folder)
    os.environ["BATON_HOME"] = f"{folder}/home"
    codes = [code_of(words) for words in commands]
    ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in packages]
    files = {str(module.__file__) for module in ours if getattr(module, "__file__", None)}
    print("worked", json.dumps([folder, codes, sorted(files)]), flush=True)

packages, asked = json.loads(sys.argv[1]), json.loads(sys.argv[2])
for folder, commands in asked.items():
    if os.fork() == 0:
        work(folder, commands)
        os._exit(0)
    os.wait()
"""
OURS = ("app", "bank", "baton", "business", "desk", "evals", "graphs", "nodes", "state")
QUIETLY = ["-q", "-p", "no:cacheprovider", "-W", "error", "-W", "ignore:Module already imported"]
DONE = 0


class Worked(NamedTuple):
    """What became of a copy: the exit code of each command, and the files of ours that were imported."""

    codes: list[int]
    files: list[Path]


def library_alone(folder: Path) -> Path:
    """Return a folder with what the wheel installs."""
    shutil.copytree(LIBRARY, folder / "baton")
    return folder


def work_copies(folders: dict[str, Path], library: Path) -> dict[str, Worked]:
    """Copy each pattern into its folder and do there what its README says: list, run, show, test.

    Without `site`, no `.pth` file brings the checkout back. One process imports what is installed and is forked for
    each copy, which is quicker.
    """
    for pattern, folder in folders.items():
        copy_pattern(pattern, folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "PYTEST_", "COV_"))}
    found = os.pathsep.join([str(library), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    asked = {str(folder): _commands(folder) for folder in folders.values()}
    done = subprocess.run(
        [sys.executable, "-S", "-c", DRIVER, json.dumps(OURS), json.dumps(asked)],
        cwd=library,
        env={**kept, "PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [json.loads(line.removeprefix("worked ")) for line in done.stdout.splitlines() if line.startswith("worked ")]
    worked = {folder: Worked(codes, [*map(Path, files)]) for folder, codes, files in told}
    said = f"{done.stdout}\n{done.stderr}"
    assert worked.keys() == asked.keys(), said
    assert all(code == DONE for each in worked.values() for code in each.codes), said
    return {pattern: worked[str(folder)] for pattern, folder in folders.items()}


def _commands(folder: Path) -> list[list[str]]:
    lines = (folder / "README.md").read_text("utf-8").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("baton ")] + [["pytest", *QUIETLY]]
