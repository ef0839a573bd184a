"""Row 12: the disk is full, a file is read-only, or a write fails."""

import os
import resource
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from tests.faults.desk.graphs import APPROVE, judge, observe, replay_all
from tests.faults.inject.storage import (
    ALWAYS,
    LATER_S,
    Told,
    cases_that_act,
    clear,
    full_from,
    later,
    live_on_storage,
    open_once,
    run_undisturbed,
)
from tests.faults.inject.ticks import shift_steady
from tests.faults.suite.children import apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

SIZES = 40
NOBODY = 65534


@row(12, "a full disk, a read-only file, a write that fails", sample=96)
def full(seed: int) -> Iterator[Trial]:
    """Every write of a run fails once, and all after it; real limits at sizes drawn by the seed."""
    for message in cases_that_act():
        for number in range(1, run_undisturbed(message)[1] + 1):
            yield Trial(f"{message}, full from write {number} on", "baton", partial(_fail, message, number, ALWAYS))
            yield Trial(f"{message}, write {number} fails", "baton", partial(_fail, message, number, 1))
        for number in range(SIZES):
            size = Random(f"{seed} {message} {number}").randrange(4096, 600_000)
            yield Trial(f"{message}, no file beyond {size:,} bytes", "baton", partial(_limit_files, message, size))
    for what in ("database", "home"):
        yield Trial(f"{what} read-only", "baton", partial(_make_read_only, what))


def _fail(message: str, number: int, times: int, folder: Path) -> Outcome:
    home = furnish(folder)
    told = apart(folder, full_from, message, number, times).told
    return clear(told, home) + _afterwards(message, folder, home)


def _limit_files(message: str, size: int, folder: Path) -> Outcome:
    """No file may grow beyond a size, by the kernel's own limit; the bank's file is such a file too."""
    home = furnish(folder)
    told = apart(folder, _with_limit, message, size).told
    return clear(told, home) + _afterwards(message, folder, home)


def _afterwards(message: str, folder: Path, home: Path) -> Outcome:
    """There is room again, and another process goes on."""
    apart(folder, later, message)
    if observe(home).status == "dead_lettered":
        apart(folder, _replay)
    return judge(observe(home), run_undisturbed(message)[0])


def _make_read_only(what: str, folder: Path) -> Outcome:
    """By a user who may not write; a superuser's child becomes one."""
    home = furnish(folder)
    apart(folder, open_once)
    _give(NOBODY, folder, home)
    folder.chmod(0o755)
    closed = home if what == "home" else home / "baton.db"
    closed.chmod(0o500 if what == "home" else 0o400)
    told = apart(folder, _as_nobody).told
    closed.chmod(0o700)
    _give(os.getuid(), folder, home)
    refused = told is not None and "refused" in told
    outcome = clear(told, home) + Outcome(lost=int(not refused), note="" if refused else f"not refused: {told}")
    return outcome + _afterwards("refund", folder, home)


def _give(user: int, folder: Path, home: Path) -> None:
    """A superuser gives a trial's files to a user; nobody else can."""
    for path in (folder, home, *home.iterdir()) if os.geteuid() == 0 else ():
        os.chown(path, user, user)


async def _replay() -> None:
    """In a child: what a person does about the dead letters, now that the cause is gone."""
    shift_steady(2 * LATER_S)
    await replay_all(APPROVE)


async def _with_limit(message: str, size: int) -> Told:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    return await live_on_storage(message)


async def _as_nobody() -> Told:
    if os.geteuid() == 0:
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
    told = await live_on_storage("refund")
    if os.getuid() == 0:
        os.seteuid(0)
    return told
