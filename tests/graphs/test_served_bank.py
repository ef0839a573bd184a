"""The bank as a process of its own that is killed at work: what was asked is done, each thing once.

The bank's own log is the judge. The desk tries more patiently here than it ships, so that a slow machine has the time
to start the bank again.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bank.clerk.desk import desk_bank
from bank.ledger.records import LogLine
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage.records import RunSummary
from baton.testing import retries_off
from tests.graphs.conftest import Desk
from tests.graphs.test_inbox import DONE, LINES, WAITING
from tests.patience import patient_desk
from tests.ready import furnish
from tests.served import Service, service

pytestmark = pytest.mark.slow

KILLED_AFTER = {6, 14, 22}  # runs


@pytest.fixture
def served(tmp_path: Path, ready: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    furnish(tmp_path / "elsewhere", ready)
    with service("bank", "serve", home=tmp_path / "elsewhere") as running:
        monkeypatch.setenv("BATON_BANK_URL", running.url)
        yield running


@pytest.fixture
async def desk(served: Service, baton_home: Path, ready: Path) -> AsyncIterator[Desk]:
    """A desk that is in no hurry."""
    furnish(baton_home, ready)
    async with open_resources() as resources:
        bank = await resources.resource(desk_bank)
        yield Desk(Runner(resources, lambda _name: patient_desk()), bank, resources)


def moved(log: list[LogLine]) -> Counter[str]:
    """What the bank did; asking again with the same key moves nothing, and the log says so."""
    first = [line for line in log if not line.replayed]
    assert len({line.idempotency_key for line in first}) == len(first)
    return Counter(line.action for line in first if "refused" not in line.result)


async def test_a_bank_killed_while_the_inbox_is_worked_does_each_thing_once(served: Service, desk: Desk) -> None:
    ended: list[RunSummary] = []
    kills: list[asyncio.Future[None]] = []

    def done(summary: RunSummary) -> None:
        ended.append(summary)
        if len(ended) in KILLED_AFTER:
            kills.append(asyncio.ensure_future(asyncio.to_thread(served.restart_after_kill)))

    jobs = [Job({name: line[name] for name in ("message", "customer_id")}, line["id"]) for line in LINES]
    threads = await desk.runner.queue("support_desk", jobs, context={"route_threshold": 0.5})
    await desk.runner.work(threads, done=done, concurrency=4)
    await asyncio.gather(*kills)
    assert {run["status"] for run in ended} == {"done", "waiting"}
    assert {run["thread_id"] for run in ended if run["status"] == "waiting"} >= set(WAITING)
    assert {run["thread_id"] for run in ended if run["output"] and run["output"]["outcome"] == "acted"} == set(DONE)
    assert moved(await desk.done()) == Counter(DONE.values())


async def test_an_approved_refund_finds_its_bank_again(served: Service, desk: Desk) -> None:
    waiting = await desk.work("Lumen Hotel charged me twice, 180.00 each time. Please refund one of them.", "C012")
    served.end(signal.SIGKILL)
    starting = asyncio.ensure_future(asyncio.to_thread(served.start))
    run = await desk.decide(waiting, "approve")
    await starting
    assert (run["status"], run["output"]["outcome"]) == ("done", "acted")
    assert moved(await desk.done()) == {"refund": 1}


async def test_a_bank_that_stays_away_parks_the_run_and_nothing_is_done_later(served: Service, desk: Desk) -> None:
    waiting = await desk.work("Lumen Hotel charged me twice, 180.00 each time. Please refund one of them.", "C012")
    served.end(signal.SIGKILL)
    with retries_off():
        parked = await desk.decide(waiting, "approve")
    served.start()
    again = await desk.runner.resume(waiting["thread_id"])
    assert (parked["status"], again["status"], len(again["dead_letters"])) == ("dead_lettered", "dead_lettered", 1)
    assert await desk.done() == []
