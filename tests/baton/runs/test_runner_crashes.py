"""Processes that die, stop and race: every run ends, each effect stands once in the receiver's own log."""

import asyncio
import os
import random
import signal

import pytest

from baton.storage import dead_letter_rows
from tests.baton.payments import desk, paid, place, queued, wait_for, worked
from tests.baton.processes import process, raced, resume, told, work

pytestmark = pytest.mark.slow

RUNS = [f"run-{number}" for number in range(6)]
KILLS = 3


@pytest.fixture(autouse=True)
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.3")


async def statuses(threads: list[str]) -> dict[str, str]:
    async with desk() as (runner, _):
        return {thread: (await runner.resume(thread))["status"] for thread in threads}


@pytest.mark.parametrize("seed", range(3))
async def test_killed_at_any_moment_every_run_ends_and_pays_once(seed: int) -> None:
    moments = random.Random(seed)
    for point in ("book", "sent", "thank"):
        (place() / f"{point}.slow").write_text("0.04")
    await queued(*RUNS)
    for kill in range(KILLS):
        with process(work, RUNS, f"ready-{kill}") as working:
            wait_for(place() / f"ready-{kill}")
            await asyncio.sleep(moments.uniform(0, 0.2) + (0.3 if kill else 0))  # a lease must first run out
            working.kill()
    assert set((await statuses(RUNS)).values()) == {"done"}
    expected = sorted([(f"{run}:1:book@1/pay:0", 1) for run in RUNS] + [(f"{run}:1:pay@1/pay:0", 7) for run in RUNS])
    assert sorted(paid()) == expected, f"seed {seed}"
    async with desk() as (_, resources):
        hit = await resources.database.do(lambda tx: tx.execute("SELECT sum(recoveries) FROM runs").fetchone()[0])
    assert hit > 0, "no kill came while a run was worked"


@pytest.mark.parametrize("point", ["book", "sending", "sent", "thank"])
async def test_killed_at_a_point_the_run_goes_on_in_another_process(point: str) -> None:
    (place() / f"{point}.kill").touch()
    await queued("one")
    with process(work, ["one"]) as working:
        working.join(20)
        assert working.exitcode == -signal.SIGKILL
    assert await statuses(["one"]) == {"one": "done"}
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay@1/pay:0", 7)]


async def test_a_receiver_that_does_not_de_duplicate_is_never_asked_twice() -> None:
    (place() / "sent.kill").touch()
    await queued("one", graph="mute")
    with process(work, ["one"]) as working:
        working.join(20)
    async with desk() as (runner, resources):
        run = await runner.resume("one")
        reasons = [each.reason for each in await resources.database.do(dead_letter_rows.list_dead_letters)]
    assert (run["status"], reasons) == ("dead_lettered", ["in_doubt"])
    assert paid() == [("one:1:pay_mute@1/pay:0", 7)]


async def test_of_four_processes_that_resume_at_once_one_works_and_the_others_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "1")
    (place() / "pay.slow").write_text("2.5")
    await queued("one")
    ended = raced(resume, {f"worker-{number}": ("one",) for number in range(4)})
    assert sorted(str(each.get("refused") or each["status"]) for each in ended.values()) == ["Held"] * 3 + ["done"]
    assert worked().count("pay") == 1
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay@1/pay:0", 7)]


@pytest.mark.parametrize(
    "graph, point, outcome",
    [("payment", "pay", "done"), ("payment", "sending", "done"), ("mute", "sending", "dead_lettered")],
)
async def test_a_process_stopped_past_its_lease_is_fenced_when_it_wakes(graph: str, point: str, outcome: str) -> None:
    (place() / f"{point}.wait").touch()
    await queued("one", graph=graph)
    with process(resume, "one", "sleeper") as sleeper:
        assert sleeper.pid is not None
        (place() / "go").touch()
        wait_for(place() / f"{point}.wait-taken")
        os.kill(sleeper.pid, signal.SIGSTOP)
        before = await statuses(["one"])
        os.kill(sleeper.pid, signal.SIGCONT)
        (place() / f"{point}.go").touch()
        wait_for(place() / "sleeper.json")
    assert before == {"one": outcome}
    assert told("sleeper")["status"] == outcome  # it reports how the run ended, not what it did itself
    assert len(paid()) == len(set(paid())) == (2 if graph == "payment" else 1)
    assert worked().count("thank") == (1 if outcome == "done" else 0)


async def test_after_three_recoveries_a_run_that_kills_its_process_is_parked() -> None:
    (place() / "pay.kill-all").touch()
    await queued("one")
    for crash in range(4):
        with process(work, ["one"], f"ready-{crash}") as working:
            working.join(20)
            assert working.exitcode == -signal.SIGKILL
    (place() / "pay.kill-all").unlink()
    async with desk() as (runner, resources):
        run = await runner.resume("one")
        letter = await resources.database.do(lambda tx: dict(tx.execute("SELECT * FROM dead_letters").fetchone()))
    assert run["status"] == "dead_lettered"
    assert run["dead_letters"] == [letter["letter_id"]]
    assert (letter["reason"], letter["step"]) == ("crash_loop", "run")
    assert worked().count("pay") == 4


async def test_a_run_that_gets_on_between_its_kills_is_not_given_up() -> None:
    points = ("book", "sending", "sent", "pay", "thank")
    for point in points:
        (place() / f"{point}.kill").touch()
    await queued("one")
    for crash in range(len(points)):
        with process(work, ["one"], f"ready-{crash}") as working:
            working.join(20)
            assert working.exitcode == -signal.SIGKILL
    assert await statuses(["one"]) == {"one": "done"}
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay@1/pay:0", 7)]
