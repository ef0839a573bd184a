"""The fence of a run, which keeps a process that lost its lease from writing."""

from typing import NamedTuple, Protocol

from baton.errors import LeaseLost
from baton.storage.transaction import Transaction

ACTIVE = "__baton"  # the run in `configurable`; the two underscores keep it out of the checkpoint's metadata
FENCE = "SELECT fence FROM runs WHERE thread_id = ? AND run = ?"


class Guarded(Protocol):
    """The part of an active run that writers need; `writes_masked` says that its graph masks what its steps write."""

    writes_masked: bool

    def guard(self, tx: Transaction) -> None:
        """Refuse to write for a run that another process has taken over."""


class Fence(NamedTuple):
    """A run of a thread with the number of the claim that holds it; None where no claim does, as in most bare calls."""

    thread_id: str
    run: int
    number: int | None = None

    def check(self, tx: Transaction) -> None:
        """Refuse, inside a transaction, to write for a run that another process has taken over.

        Raises:
            LeaseLost: it was taken over.
        """
        if self.number is None:
            return
        row = tx.execute(FENCE, (self.thread_id, self.run)).fetchone()
        if row is None or row[0] != self.number:
            raise LeaseLost(f"{self.thread_id} is worked by another process now; this one has stopped")
