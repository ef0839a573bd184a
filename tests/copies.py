"""Patterns copied out, and worked where nothing of ours is found but the copy and the library."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

from app.copied_pattern import copy_pattern

LIBRARY = Path(__file__).parents[1] / "baton"
DRIVER = """
import json, sys
import pytest
from baton.cli.main import main

def code_of(words):
    if words[0] == "pytest":
        return int(pytest.main(words[1:]))
    try:
        main(words)
    except SystemExit as end:
        return end.code

codes = [code_of(words) for words in json.loads(sys.argv[1])]
ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in sys.argv[2].split()}
places = sorted({str(module.__file__) for module in ours.values() if getattr(module, "__file__", None)})
print("worked", json.dumps([codes, places]))
"""
OURS = "app bank baton business desk evals graphs nodes state"
QUIETLY = ["-q", "-p", "no:cacheprovider", "-W", "error", "-W", "ignore:Module already imported"]
DONE = 0


class Worked(NamedTuple):
    """What became of a copy: the exit code of each command, the files of ours that were imported, all that was said."""

    codes: list[int]
    files: list[Path]
    said: str


def library_alone(folder: Path) -> Path:
    """Return a folder with what the wheel installs."""
    shutil.copytree(LIBRARY, folder / "baton")
    return folder


def work_copy(pattern: str, folder: Path, library: Path) -> Worked:
    """Copy a pattern into a folder; list its graphs there, work a message, show the run, pass its tests.

    Without `site`, no `.pth` file brings the checkout back.
    """
    copy_pattern(pattern, folder)
    commands = [
        ["graphs"],
        ["run", pattern, "My new card has not arrived", "--thread-id", "first"],
        ["show", "first"],
        ["pytest", *QUIETLY],
    ]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "PYTEST_", "COV_"))}
    found = os.pathsep.join([str(library), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    done = subprocess.run(
        [sys.executable, "-S", "-c", DRIVER, json.dumps(commands), OURS],
        cwd=folder,
        env={**kept, "BATON_HOME": str(folder / "home"), "PYTHONPATH": found},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line.removeprefix("worked ") for line in done.stdout.splitlines() if line.startswith("worked ")]
    codes, files = json.loads(told[-1]) if told else [[done.returncode], []]
    return Worked(codes, [*map(Path, files)], f"{done.stdout}\n{done.stderr}")
