"""A killed experiment goes on with what is missing, in a real process that is really killed."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.evals.conftest import HOUSE, line, written

EXAMPLES = 24
AT_ONCE = 3
WAIT_S = 40


def start(*arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(HOUSE), "BATON_LEASE_S": "0.5"}
    command = [sys.executable, "-m", "baton", "eval", "run", *arguments]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def results(home: Path) -> list[tuple[str, str]]:
    """Example and time of each cell that has a result."""
    if not (home / "baton.db").exists():
        return []
    connection = sqlite3.connect(home / "baton.db")
    try:
        sql = "SELECT example_id, updated_at FROM eval_cells WHERE status IS NOT NULL ORDER BY example_id"
        return connection.execute(sql).fetchall()
    except sqlite3.OperationalError:  # not made yet
        return []
    finally:
        connection.close()


def kill_midway(home: Path) -> str:
    """The id of an experiment whose process was killed after its first judgements."""
    process = start("parrot", "--dataset", "d.jsonl", "--concurrency", str(AT_ONCE))
    assert process.stderr is not None
    experiment = process.stderr.readline().split()[1].rstrip(":")
    deadline = time.monotonic() + WAIT_S
    while len(results(home)) < AT_ONCE and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    return experiment


@pytest.fixture
def experiment(project: Path, baton_home: Path) -> str:
    written(project / "d.jsonl", *(line(f"x{at:02}", f"cards 0.{at:02} slow") for at in range(10, 10 + EXAMPLES)))
    return kill_midway(baton_home)


def test_a_killed_experiment_goes_on_with_what_is_missing(experiment: str, project: Path, baton_home: Path) -> None:
    before = results(baton_home)
    assert AT_ONCE <= len(before) < EXAMPLES
    (project / "d.jsonl").unlink()  # the experiment knows its examples
    told, _ = (process := start("--resume", experiment, "--json")).communicate(timeout=WAIT_S)
    result = json.loads(told)
    assert process.returncode == 0
    assert (result["experiment"], result["examples"], result["completed"]) == (experiment, EXAMPLES, EXAMPLES)
    assert result["metrics"]["route"]["n"] == EXAMPLES
    assert set(before) <= set(results(baton_home)), "what was judged is not judged again"
    worked = Counter((project / "worked.log").read_text().splitlines())
    done_before = {f"cards 0.{example_id[1:]} slow" for example_id, _ in before[1:]}  # the first one also warms up
    assert {worked[message] for message in done_before} == {1}
