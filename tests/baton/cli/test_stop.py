"""Signals and pipes: the process leaves cleanly, and says how to go on."""

import json
import signal
import time
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton, started

RUNS = 200
WAIT_S = 40


def test_a_stop_is_told_and_gone_on_with(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("slow\n" * RUNS)
    process = started("run", "toy", "--file", "in.txt", "--concurrency", "4", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130
    statuses = [row["status"] for row in json.loads(baton("runs", "--json").out)]
    done, left = statuses.count("done"), statuses.count("queued")
    assert done + left == RUNS
    assert left > 0
    assert f"stopped: {done} done, {left} left; go on with: " in told
    assert told.rstrip().endswith("resume --all")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once(baton: Baton, project: Path, number: signal.Signals) -> None:
    (project / "toy.py").write_text((project / "toy.py").read_text().replace("SLOW_S = 0.4", "SLOW_S = 60"))
    process = started("run", "toy", "slow", "--thread-id", "long")
    deadline = time.monotonic() + WAIT_S
    while not _running(baton) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(number)
    time.sleep(0.2)
    process.send_signal(number)
    _, told = process.communicate(timeout=4)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert [row["status"] for row in json.loads(baton("runs", "--json").out)] == ["queued"]


def test_a_closed_pipe_is_no_error(baton: Baton, project: Path) -> None:
    baton("run", "toy", "hello")
    process = started("runs", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait(timeout=WAIT_S)


def _running(baton: Baton) -> bool:
    return [row["status"] for row in json.loads(baton("runs", "--json").out)] == ["running"]
