"""A project of toy graphs in the test's folder, and the command line called in this process."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from baton.cli.main import main
from baton.config.project import project as known_project
from baton.config.project import root
from baton.config.settings import settings

HERE = Path(__file__).parent
HOUSE = HERE.parents[2]


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """One JSON object a line of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> dict[str, Any]:
        """The only one."""
        [only] = self.objects
        return only


Baton = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The toy graphs, in the working directory."""
    shutil.copytree(HERE / "project", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def baton(project: Path, capsys: pytest.CaptureFixture[str]) -> Baton:
    """Call a command as a shell would."""

    def call(*arguments: str) -> Result:
        for looked_up in (known_project, root, settings):
            looked_up.cache_clear()
        with pytest.raises(SystemExit) as exit_info:
            main(arguments)
        streams = capsys.readouterr()
        assert isinstance(exit_info.value.code, int)
        assert "Traceback" not in streams.err
        return Result(exit_info.value.code, streams.out, streams.err)

    return call


def start_process(*arguments: str, streams: int = subprocess.PIPE, before: str = "") -> "subprocess.Popen[str]":
    """The same command as a process of its own, in the working directory; `streams` may be its terminal.

    `before` is Python that the process runs before it becomes the command.
    """
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-m", "baton", *arguments]
    if before:
        command = [sys.executable, "-c", f"{before}\nimport os, sys\nos.execv(sys.argv[1], sys.argv[1:])", *command]
    return subprocess.Popen(
        command,
        env=environment,
        text=True,
        stdout=streams,
        stderr=streams,
        start_new_session=streams != subprocess.PIPE,
    )
