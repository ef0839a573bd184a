"""Signals and pipes: the process leaves cleanly, and says how to go on."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton, start_process

pytestmark = pytest.mark.slow

RUNS = 200
WAIT_S = 40
TAKE_TERMINAL = "import fcntl, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0)"


def test_a_stop_is_told_and_gone_on_with(baton: Baton, project: Path) -> None:
    text = _stop_by(signal.SIGINT, project)
    statuses = [row["status"] for row in json.loads(baton("runs", "--json").out)]
    done, queued = statuses.count("done"), statuses.count("queued")
    assert done + queued == RUNS
    assert queued > 0
    assert f"stopped: {done} done, {queued} left; go on with: " in text
    assert text.rstrip().endswith("resume --all")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_ends_at_once(baton: Baton, project: Path, number: signal.Signals) -> None:
    (project / "toy.py").write_text((project / "toy.py").read_text().replace("SLOW_S = 0.4", "SLOW_S = 60"))
    process = start_process("run", "toy", "slow", "--thread-id", "long")
    _wait_until_running(baton)
    process.send_signal(number)
    time.sleep(0.2)
    process.send_signal(number)
    _, text = process.communicate(timeout=4)
    assert process.returncode == 130
    assert "Traceback" not in text
    assert [row["status"] for row in json.loads(baton("runs", "--json").out)] == ["queued"]


def test_a_terminal_that_is_closed_lets_the_step_finish(baton: Baton) -> None:
    ours, terminal = os.openpty()
    process = start_process("run", "toy", "slow", "--thread-id", "closed", streams=terminal, before=TAKE_TERMINAL)
    os.close(terminal)
    _wait_until_running(baton)
    os.close(ours)
    assert process.wait(timeout=WAIT_S) in (0, 130), "the signal may come before the step or in it"
    assert baton("resume", "--all").code == 0
    assert _statuses(baton) == ["done"]
    assert [step["status"] for step in json.loads(baton("show", "closed", "--json").out)["steps"]] == ["done"]


def test_a_hang_up_is_told_how_to_go_on(baton: Baton, project: Path) -> None:
    text = _stop_by(signal.SIGHUP, project)
    assert text.rstrip().endswith("resume --all")
    assert set(_statuses(baton)) == {"done", "queued"}


def test_whoever_ignores_hang_ups_goes_on(baton: Baton) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does; a child inherits it
    try:
        process = start_process("run", "toy", "slow", "--thread-id", "kept")
        _wait_until_running(baton)
        process.send_signal(signal.SIGHUP)
        _, text = process.communicate(timeout=WAIT_S)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (process.returncode, _statuses(baton)) == (0, ["done"])
    assert "stopping" not in text


def test_a_closed_pipe_is_no_error(baton: Baton, project: Path) -> None:
    baton("run", "toy", "hello")
    process = start_process("runs", "--json")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait(timeout=WAIT_S)


def _stop_by(number: signal.Signals, project: Path) -> str:
    """What a file of runs says when a signal stops it after the first."""
    (project / "in.txt").write_text("slow\n" * RUNS)
    process = start_process("run", "toy", "--file", "in.txt", "--concurrency", "4", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    _, text = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130
    return text


def _wait_until_running(baton: Baton) -> None:
    deadline = time.monotonic() + WAIT_S
    while _statuses(baton) != ["running"] and time.monotonic() < deadline:
        time.sleep(0.02)


def _statuses(baton: Baton) -> list[str]:
    return [row["status"] for row in json.loads(baton("runs", "--json").out)]
