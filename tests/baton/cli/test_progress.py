"""How far many runs are, in words."""

import pytest

from baton.cli.terminal.progress import Lines, Tally
from tests.baton.rows import summary


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock says; a test sets it."""
    now = [100.0]
    monkeypatch.setattr("baton.cli.terminal.progress.time.monotonic", lambda: now[0])
    return now


def test_the_time_left_is_told_once_enough_runs_say_it(clock: list[float]) -> None:
    tally = Tally(20)
    clock[0] += 8
    tally.add("done")
    assert tally.line() == "1/20 (1 done), 0.1 messages/s"
    clock[0] += 2
    for _ in range(4):
        tally.add("done")
    assert tally.line() == "5/20 (5 done), 0.5 messages/s, about 8 s left", (
        "the first one is not held against the others"
    )


def test_nothing_is_left_at_the_end(clock: list[float]) -> None:
    tally = Tally(5)
    for _ in range(5):
        tally.add("waiting")
    clock[0] += 10
    assert tally.line() == "5/5 (5 waiting), 0.5 messages/s"


def test_a_run_that_a_stop_put_back_is_no_progress(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    watch = Lines(Tally(2))
    clock[0] += 60
    watch.add(summary("queued"))
    assert capsys.readouterr().err == ""
    watch.add(summary("done"))
    assert capsys.readouterr().err == "1/2 (1 done, 1 queued), 60 s a message\n"


def test_of_runs_that_take_long_each_is_told(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    watch = Lines(Tally(3), lambda run: f"{run['thread_id']}: {run['status']}")
    clock[0] += 1
    watch.add(summary("done"))
    assert ": done" not in capsys.readouterr().err
    clock[0] += 60
    watch.add(summary("dead_lettered"))
    assert ": dead_lettered\n" in capsys.readouterr().err
