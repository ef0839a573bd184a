"""Row 11: the database is locked, by somebody else or by several of us."""

import sqlite3
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from bank.ledger import tables
from baton.storage import sqlite_file
from tests.faults.children import apart, begin
from tests.faults.desk import judged, seen
from tests.faults.frame import Outcome, Trial, row
from tests.faults.storage import Told, acting, clear, later, lived, open_once, undisturbed
from tests.faults.warm import furnished

HELD_S = (1.0, 8.0)
IMPATIENT_S = 0.3  # in place of half a minute
STALLED_S = 1.0  # the event loop must go on meanwhile; more than a busy machine's own hiccups
WRITERS = 3


@row(11, "a locked database: 1 s, 8 s, beyond patience; several writers", sample=20)
def locked(seed: int) -> Iterator[Trial]:
    """When the lock is taken, in the first moments of a run, is drawn by the seed."""
    for message, files in acting().items():
        for file in files:
            for held in HELD_S:
                delay = Random(f"{seed} {message} {file} {held}").uniform(0, 0.3)
                trial = partial(_locked, message, file, held, delay)
                yield Trial(f"{message}, {file} locked for {held:.0f} s after {delay:.2f} s", "baton", trial)
            for number in range(10):
                delay = Random(f"{seed} {message} {file} {number}").uniform(0, 0.3)
                trial = partial(_locked, message, file, 2.0, delay, impatient=True)
                yield Trial(f"{message}, {file} locked beyond patience after {delay:.2f} s", "baton", trial)
    for number in range(5):
        yield Trial(f"{WRITERS} processes write, {number}", "baton", _shared)


def _locked(message: str, file: str, held: float, delay: float, folder: Path, *, impatient: bool = False) -> Outcome:
    home = furnished(folder)
    apart(folder, open_once)
    locker = begin(folder, _lock, str(home / file), held, delay)
    told = apart(folder, _impatient if impatient else lived, message).told
    locker.wait()
    outcome = clear(told, home)
    if impatient:
        apart(folder, later, message)
    if not impatient and told and told["gap"] > STALLED_S:
        outcome += Outcome(lost=1, note=f"the event loop stood still for {told['gap']:.1f} s")
    return outcome + judged(seen(home), undisturbed(message)[0])


def _shared(folder: Path) -> Outcome:
    """Several processes, each with runs of its own in one database, and no word of a lock."""
    home = furnished(folder)
    names = ("question", "freeze", "refund")[:WRITERS]
    crew = [begin(folder, _alone, name) for name in names]
    outcome = Outcome()
    for child, name in zip(crew, names, strict=True):
        outcome += clear(child.wait().told, home, may_refuse=False)
        outcome += Outcome(lost=int(seen(home, name).status != "done"))
    return outcome + Outcome(doubled=max(0, len(seen(home).fresh) - 2))


async def _alone(message: str) -> Told:
    """In a child: as `lived`, in a run named like its message."""
    return await lived(message, message)


async def _impatient(message: str) -> Told:
    """In a child: as `lived`, with hardly any patience for a lock."""
    sqlite_file.BUSY_S = tables.BUSY_TIMEOUT_S = IMPATIENT_S
    return await lived(message)


def _lock(file: str, held: float, delay: float) -> None:
    """In a child: somebody else's long transaction."""
    time.sleep(delay)
    connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(held)
    connection.execute("ROLLBACK")
