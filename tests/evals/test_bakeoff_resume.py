"""A killed or stopped bake-off goes on with what is missing, in a real process that is really killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.evals.conftest import HOUSE, line, written

pytestmark = pytest.mark.slow

EXAMPLES = 12
WAIT_S = 60
JUDGED_FIRST = 3
JUDGED = "SELECT experiment_id, example_id, updated_at FROM eval_cells WHERE status IS NOT NULL"


def start(*arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "BATON_LEASE_S": "0.5"}
    command = [sys.executable, "-m", "baton", "eval", "bakeoff", *arguments]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def results(home: Path) -> list[tuple[str, str, float]]:
    """Experiment, example and time of each cell that has a result."""
    if not (home / "baton.db").exists():
        return []
    connection = sqlite3.connect(home / "baton.db")
    try:
        return connection.execute(JUDGED).fetchall()
    except sqlite3.OperationalError:  # not made yet
        return []
    finally:
        connection.close()


def end_midway(home: Path, number: signal.Signals) -> tuple[str, int, str]:
    """Send a signal once some results stand; return the id, the exit code and the last line of stderr."""
    process = start("--dataset", "d.jsonl", "--concurrency", "2", "--target", "task_completion=0.5")
    assert process.stderr is not None
    bakeoff = process.stderr.readline().split()[1].rstrip(":")
    deadline = time.monotonic() + WAIT_S
    while len(results(home)) < JUDGED_FIRST and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    _, told = process.communicate(timeout=WAIT_S)
    return bakeoff, process.returncode, told.splitlines()[-1] if told else ""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_what_was_scored_stays_and_the_rest_is_worked(number: signal.Signals, project: Path, baton_home: Path) -> None:
    slow = [line(f"x{at}", f"cards 0.{at} slow", expected={"outcome": "answered"}) for at in range(10, 10 + EXAMPLES)]
    written(project / "d.jsonl", *slow)
    bakeoff, code, last = end_midway(baton_home, number)
    before = results(baton_home)
    assert JUDGED_FIRST <= len(before) < 2 * EXAMPLES
    if number == signal.SIGTERM:
        assert code == 130
        assert last.endswith(f"eval bakeoff --resume {bakeoff} --target task_completion=0.5")
    (project / "d.jsonl").unlink()  # the experiments know their examples
    told, _ = (process := start("--resume", bakeoff, "--json")).communicate(timeout=WAIT_S)
    result = json.loads(told)
    assert process.returncode == 0
    assert [(each["graph"], each["completed"]) for each in result["graphs"]] == [
        ("parrot", EXAMPLES),
        ("starling", EXAMPLES),
    ]
    assert set(before) <= set(results(baton_home)), "what was judged is not judged again"
