"""Ticks: before and after every transaction, model call and request to act of this process; one of them can cut in.

For children only: what is wrapped here stays wrapped until the process ends.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from functools import wraps
from itertools import count
from threading import Lock
from typing import Any

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from bank.ledger.sqlite_bank import SqliteBank
from baton.offline.endpoint import Endpoint
from baton.testing import commit_hook
from tests.faults.desk.receiver import Receiver

Cut = Callable[[], None]
FIRST = 1
until_the_end = ExitStack()  # of the process


class Ticks:
    """Counts; at the `at`-th tick it calls `cut`."""

    def __init__(self, at: int | None = None, cut: Cut | None = None) -> None:
        self._at, self.cut = at, cut
        self._numbers, self._turn = count(FIRST), Lock()
        self.total = 0
        self.committing = Lock()
        """Held while a transaction is open, a receiver's too, so that a process can be stopped without holding it."""

    def enter(self) -> None:
        """A transaction begins."""
        self()
        self.committing.acquire()

    def leave(self) -> None:
        """It is over."""
        self.committing.release()
        self()

    def __call__(self) -> None:
        """One boundary is passed."""
        with self._turn:
            self.total = next(self._numbers)
            due = self.total == self._at
        if due and self.cut is not None:
            self.cut()


def kill() -> None:
    """As the machine's own out-of-memory killer does it: no handler runs, no buffer is written."""
    os.kill(os.getpid(), signal.SIGKILL)


def install(ticks: Ticks) -> Ticks:
    """Put the ticks at the boundaries of this process, of both builds."""
    until_the_end.enter_context(commit_hook(ticks.enter, ticks.leave))
    _around(Receiver, "_take", ticks, lock=ticks.committing)
    _around(Endpoint, "reply", ticks, lock=nullcontext())
    _around_async(SqliteBank, "_run", ticks)
    _around_async(AsyncSqliteSaver, "aput", ticks)
    _around_async(AsyncSqliteSaver, "aput_writes", ticks)
    return ticks


def shift_steady(seconds: float) -> None:
    """Let leases of dead processes run out without waiting for it."""
    import baton.storage.claims  # noqa: PLC0415 - replaced as a whole

    baton.storage.claims.steady = lambda: time.monotonic() + seconds


def _around(owner: Any, name: str, ticks: Ticks, *, lock: Any) -> None:
    inner = getattr(owner, name)

    @wraps(inner)
    def wrapper(*args: Any, **options: Any) -> Any:
        ticks()
        with lock:
            result = inner(*args, **options)
        ticks()
        return result

    setattr(owner, name, wrapper)


def _around_async(owner: Any, name: str, ticks: Ticks) -> None:
    inner = getattr(owner, name)

    @wraps(inner)
    async def wrapper(*args: Any, **options: Any) -> Any:
        ticks()
        result = await inner(*args, **options)
        ticks()
        return result

    setattr(owner, name, wrapper)
