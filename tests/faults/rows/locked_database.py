"""Row 11: the database is locked, by somebody else or by several of us."""

import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from bank.ledger import tables
from baton.storage import sqlite_file
from tests.faults.desk.graphs import judge, observe
from tests.faults.inject.storage import Told, cases_that_act, clear, later, live_on_storage, open_once, run_undisturbed
from tests.faults.suite.children import apart, begin
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

HELD_S = (1.0, 8.0)
IMPATIENT_S = 0.3  # in place of half a minute
STALLED_S = 1.0  # the event loop must go on meanwhile; more than a busy machine's own hiccups
WRITERS = 3


@row(11, "a locked database: 1 s, 8 s, beyond patience; several writers", sample=20)
def lock_database(seed: int) -> Iterator[Trial]:
    """When the lock is taken, in the first moments of a run, is drawn by the seed."""
    for message, files in cases_that_act().items():
        for file in files:
            for held in HELD_S:
                delay = Random(f"{seed} {message} {file} {held}").uniform(0, 0.3)
                trial = partial(_try_lock, message, file, held, delay)
                yield Trial(f"{message}, {file} locked for {held:.0f} s after {delay:.2f} s", "baton", trial)
            for number in range(10):
                delay = Random(f"{seed} {message} {file} {number}").uniform(0, 0.3)
                trial = partial(_try_lock, message, file, 2.0, delay, impatient=True)
                yield Trial(f"{message}, {file} locked beyond patience after {delay:.2f} s", "baton", trial)
    for number in range(5):
        yield Trial(f"{WRITERS} processes write, {number}", "baton", _share)


def _try_lock(message: str, file: str, held: float, delay: float, folder: Path, *, impatient: bool = False) -> Outcome:
    home = furnish(folder)
    apart(folder, open_once)
    locker = begin(folder, _lock, str(home / file), held, delay)
    told = apart(folder, _impatient if impatient else live_on_storage, message).told
    locker.wait()
    outcome = clear(told, home)
    if impatient:
        apart(folder, later, message)
    if not impatient and told and told["gap"] > STALLED_S:
        outcome += Outcome(lost=1, note=f"the event loop stood still for {told['gap']:.1f} s")
    return outcome + judge(observe(home), run_undisturbed(message)[0])


def _share(folder: Path) -> Outcome:
    """Several processes, each with runs of its own in one database, and no word of a lock."""
    home = furnish(folder)
    names = ("question", "freeze", "refund")[:WRITERS]
    crew = [begin(folder, _alone, name) for name in names]
    outcome = Outcome()
    for child, name in zip(crew, names, strict=True):
        outcome += clear(child.wait().told, home, may_refuse=False)
        outcome += Outcome(lost=int(observe(home, name).status != "done"))
    return outcome + Outcome(doubled=max(0, len(observe(home).fresh) - 2))


async def _alone(message: str) -> Told:
    """In a child: as `live_on_storage`, in a run named like its message."""
    return await live_on_storage(message, message)


async def _impatient(message: str) -> Told:
    """In a child: as `live_on_storage`, with hardly any patience for a lock."""
    sqlite_file.BUSY_S = tables.BUSY_TIMEOUT_S = IMPATIENT_S
    return await live_on_storage(message)


def _lock(file: str, held: float, delay: float) -> None:
    """In a child: somebody else's long transaction."""
    time.sleep(delay)
    connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(held)
    connection.execute("ROLLBACK")
