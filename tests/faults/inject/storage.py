"""What rows 11 and 12 share: a client's work on storage that fails, and whether it was told clearly."""

import asyncio
import sqlite3
import time
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from baton.errors import BatonError
from baton.runtime.resources import open_resources
from baton.storage.database import Database
from baton.storage.sqlite_file import storage_error
from tests.faults.desk import stranger
from tests.faults.desk.builds import expect_order
from tests.faults.desk.graphs import APPROVE, INPUTS, ORDER, THREAD, Seen, live, observe, takes_stranger
from tests.faults.inject.ticks import shift_steady
from tests.faults.suite.children import apart
from tests.faults.suite.frame import Outcome
from tests.faults.suite.warm import furnish

LATER_S = 3600.0
FILES = ("baton.db", "bank.db")
ALWAYS = 10**6
Told = dict[str, Any]


def cases_that_act() -> dict[str, tuple[str, ...]]:
    """What makes a receiver act, the desk's messages and the stranger's order, with files whose patience is ours."""
    return {"refund": FILES, "hotel": FILES, **({ORDER: FILES[:1]} if takes_stranger() else {})}


def clear(told: Told | None, home: Path, *, may_refuse: bool = True) -> Outcome:
    """Whoever is refused reads one line that names the file and says what to do."""
    if told is None:
        return Outcome(lost=1, note="the process hung or died")
    if "refused" not in told:
        return Outcome()
    line = told["refused"]
    clear = may_refuse and "\n" not in line and str(home) in line and ";" in line
    return Outcome(lost=int(not clear), note="" if clear else f"refused: {line}")


@cache
def run_undisturbed(message: str) -> tuple[Seen, int]:
    """What comes of a run by itself, and how many transactions it takes."""
    with TemporaryDirectory(prefix="baton-fault-") as name:
        home = furnish(Path(name))
        told = apart(Path(name), full_from, message, ALWAYS, 0).told
        return expect_order() if message == ORDER else observe(home), told["commits"]


async def later(message: str) -> Told:
    """In a child: as `live_on_storage`, when leases of dead processes have run out."""
    shift_steady(LATER_S)
    return await live_on_storage(message)


async def live_on_storage(message: str, thread: str = THREAD) -> Told:
    """In a child: a client's work, what it is told, and for how long its event loop stood still at most."""
    gaps = [0.0]

    async def tick() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - before)

    ticking = asyncio.ensure_future(tick())
    try:
        status = await live(stranger.NAME if message == ORDER else "support_desk", INPUTS[message], APPROVE, thread)
    except BatonError as error:
        return {"refused": str(error), "gap": max(gaps)}
    finally:
        ticking.cancel()
    return {"status": status, "gap": max(gaps)}


async def open_once() -> None:
    """In a child: make the database, so that it is there to be locked."""
    async with open_resources():
        pass


async def full_from(message: str, first: int, times: int) -> Told:
    """In a child: so many transactions fail from the `first` on, as on a full disk."""
    commit, numbers = Database._commit, count(1)  # noqa: SLF001 - where a transaction meets the file
    total = 0

    def failure_of(self: Database, jobs: Any) -> Any:
        nonlocal total
        total = next(numbers)
        if first <= total < first + times:
            return [storage_error(sqlite3.OperationalError("database or disk is full"), self.path)] * len(jobs)
        return commit(self, jobs)

    Database._commit = failure_of  # type: ignore[method-assign]  # noqa: SLF001 - in this child only
    return {**await live_on_storage(message), "commits": total}
