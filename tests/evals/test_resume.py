"""A killed experiment goes on with what is missing and ends as if nothing had happened; the processes really die."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.evals.conftest import HOUSE, line, written

KILLS = 10
EXAMPLES, REPETITIONS = 12, 3
CELLS = EXAMPLES * REPETITIONS
AT_ONCE = 3
LATEST_S = 0.05  # a kill also hits what comes after a result
WAIT_S = 60
BEGIN = ("--dataset", "d.jsonl", "--repetitions", str(REPETITIONS))
JUDGED = "SELECT example_id, repetition, status, result, updated_at FROM eval_cells WHERE status IS NOT NULL"
STARTER = """
import json, os, sys
import app.eval_view, baton.cli.work.session, evals.dataset, evals.experiment, evals.worst
from baton.cli.main import main

def start(folder, words):
    pid = os.fork()
    if pid:
        return pid
    os.chdir(folder)
    os.environ["BATON_HOME"] = "home"
    os.dup2(os.open("out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    try:
        main(words)
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code)

for line in sys.stdin:
    match json.loads(line):
        case [folder, words]:
            print(start(folder, words), flush=True)
        case pid:
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
"""Starts a process for a folder and words, and waits for one by its id; nothing is imported twice."""


class Starter:
    """Starts processes, each as a shell would."""

    def __init__(self) -> None:
        settings = {"PYTHONPATH": str(HOUSE), "BATON_LEASE_S": "0.5", "OMP_NUM_THREADS": "1"}
        environment, pipe = {**os.environ, **settings}, subprocess.PIPE
        command = [sys.executable, "-c", STARTER]
        self._process = subprocess.Popen(command, env=environment, text=True, stdin=pipe, stdout=pipe)

    def start(self, folder: Path, *words: str) -> int:
        """The id of a new process that works an experiment in a folder."""
        return self._ask([str(folder), ["eval", "run", *words, "--concurrency", str(AT_ONCE), "--json"]])

    def exit_code(self, pid: int) -> int:
        """The exit code of a process, once it has ended."""
        return self._ask(pid)

    def close(self) -> None:
        self._process.communicate(timeout=WAIT_S)

    def _ask(self, what: Any) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(what)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def rows(folder: Path, query: str) -> list[Any]:
    """What a query of the folder's database finds; nothing where its tables are not made yet."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(folder / "home" / "baton.db")) as connection:
        return connection.execute(query).fetchall()
    return []


def results(folder: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """The result of each cell that has one, without the time that its run took."""
    cells = {(row[0], row[1]): {"status": row[2], **json.loads(row[3])} for row in rows(folder, JUDGED)}
    return {cell: {**result, "latency_ms": None} for cell, result in cells.items()}


def summary(folder: Path) -> dict[str, Any]:
    """What the last process printed, without the experiment's id and its times."""
    return {**json.loads((folder / "out").read_text()), "experiment": None, "latency_ms": None}


def worked(folder: Path) -> int:
    """How many times a run came to its last step."""
    return len((folder / "worked.log").read_text().splitlines())


def kill_at(cells: int, starter: Starter, folder: Path, *words: str) -> set[Any]:
    """Kill a process some time after so many cells have a result; the results that it leaves behind."""
    pid, deadline = starter.start(folder, *words), time.monotonic() + WAIT_S
    while len(rows(folder, JUDGED)) < cells and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(random.uniform(0, LATEST_S))
    os.kill(pid, signal.SIGKILL)
    assert starter.exit_code(pid) == -signal.SIGKILL
    return set(rows(folder, JUDGED))


def lines() -> Iterator[dict[str, Any]]:
    """Examples whose runs answer, are handed to a person, or wait for one."""
    for number in range(10, 10 + EXAMPLES):
        verb = {0: "escalate", 1: "refund"}.get(number % 5, "slow")
        yield line(f"x{number}", f"cards 0.{number} {verb}", expected={"outcome": "answered"})


@pytest.fixture
def starter() -> Iterator[Starter]:
    opened = Starter()
    yield opened
    opened.close()


@pytest.mark.slow
def test_ten_kills_at_random_change_nothing(starter: Starter, project: Path) -> None:
    written(project / "d.jsonl", *lines())
    whole = Path(shutil.copytree(project, project / "whole"))
    left_alone = starter.start(whole, "parrot", *BEGIN)
    first, *others = sorted(random.sample(range(1, CELLS - 2 * AT_ONCE), KILLS))
    kept = [kill_at(first, starter, project, "parrot", *BEGIN)]
    [(experiment,)] = rows(project, "SELECT experiment_id FROM eval_experiments")
    (project / "d.jsonl").unlink()  # the experiment knows its examples
    kept += [kill_at(cells, starter, project, "--resume", experiment) for cells in others]
    assert 0 < len(kept[0]) <= len(kept[-1]) < CELLS

    resumed = starter.start(project, "--resume", experiment)
    assert [starter.exit_code(pid) for pid in (resumed, left_alone)] == [0, 0]
    assert len(results(project)) == CELLS
    assert results(project) == results(whole)
    assert summary(project) == summary(whole)
    assert set().union(*kept) <= set(rows(project, JUDGED)), "what was judged is not judged again"
    most = KILLS * (AT_ONCE + 1)  # the runs in progress, and one to warm up
    assert worked(project) - worked(whole) <= most, "what was done is not done again"
