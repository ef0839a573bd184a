"""Leases on runs: taken together with the row, renewed by one heartbeat, waited out where a process died."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from baton.errors import StorageError, UsageError
from baton.runs.questions import open_question
from baton.runs.replays import Terms, take
from baton.runtime.plumbing import Plumbing
from baton.storage import claims, run_rows, summaries
from baton.storage.records import RunRow
from baton.storage.run_status import RESUMABLE
from baton.storage.transaction import Transaction


class Leases:
    """The leases that this process takes; every row comes back as it is with its lease taken."""

    def __init__(self, plumbing: Plumbing) -> None:
        self._database, self._seals = plumbing.database, plumbing.seals
        self._lease_s = plumbing.settings.lease_s
        self._owner = claims.new_owner()
        self._beating: asyncio.Future[None] | None = None
        self._working = 0

    async def to_go_on(self, thread_id: str, run: int | None = None) -> RunRow | None:
        """The row of a run, after waiting out a lease that nobody renews; None where there is nothing to work.

        Raises:
            UnknownThread: there is no such run.
            Held: another process works it.
            UsageError: it belongs to the server or a bare call.
        """
        seen: float | None = None
        while True:
            row, taken = await self._database.do(lambda tx: self._try(tx, thread_id, run), durable=False)
            if taken or row.status not in RESUMABLE:
                return taken
            if seen not in (None, row.lease_until):
                raise claims.held_elsewhere(thread_id)
            seen = row.lease_until
            await asyncio.sleep(max(0.05, row.lease_until - claims.steady()))

    def _try(self, tx: Transaction, thread_id: str, run: int | None) -> tuple[RunRow, RunRow | None]:
        """The row as it was, and as it is with its lease taken."""
        row = own(tx, thread_id, run)
        wanted = row.status in RESUMABLE or at_breakpoint(tx, row)
        return row, claims.claim(tx, row, self._owner, self._lease_s) if wanted else None

    async def to_decide(self, thread_id: str, interrupt_id: str | None, run: int | None) -> tuple[str, RunRow] | None:
        """The id of the decision that is meant, and the row; None where the run must first be resumed.

        Raises:
            Held: another process works the run.
            NothingWaiting, AlreadyDecided, UsageError: the question cannot be answered.
        """
        return await self._database.do(lambda tx: self._try_to_decide(tx, thread_id, interrupt_id, run))

    def _try_to_decide(
        self, tx: Transaction, thread_id: str, interrupt_id: str | None, run: int | None
    ) -> tuple[str, RunRow] | None:
        """The question and the lease are taken in one transaction."""
        row = own(tx, thread_id, run)
        summaries.check(tx, row, self._seals)
        asked = open_question(tx, row, interrupt_id)
        if row.status != "waiting":
            if claims.is_lease_over(row, self._owner):
                return None
            raise claims.held_elsewhere(thread_id)
        claimed = claims.claim(tx, row, self._owner, self._lease_s)
        return (asked, claimed) if claimed else None

    async def to_replay(
        self, letter_id: str, terms: Terms, before: Callable[[Transaction], None] = lambda _: None
    ) -> RunRow:
        """The row of a dead letter's run; what is to be done `before` is done with it or not at all.

        Raises:
            UsageError: the letter or its run is not in a state for it, or the graph changed; nothing was changed.
            Held: another process works the run.
        """

        def work(tx: Transaction) -> RunRow:
            before(tx)
            return take(tx, letter_id, terms, self._seals, owner=self._owner, lease_s=self._lease_s)

        return await self._database.do(work)

    @asynccontextmanager
    async def renewed(self) -> AsyncIterator[None]:
        """Renew all leases of this process while any such block runs; one beat serves them all."""
        self._working += 1
        if self._beating is None:
            self._beating = asyncio.ensure_future(self._beat())
        try:
            yield
        finally:
            self._working -= 1
            if not self._working:
                self._beating.cancel()
                self._beating = None

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            with suppress(StorageError):  # a locked file: try again at the next beat
                await self._database.do(lambda tx: claims.renew(tx, self._owner, self._lease_s))


def own(tx: Transaction, thread_id: str, run: int | None = None) -> RunRow:
    """The row of a run that was queued here, the thread's last where no number is given.

    Raises:
        UsageError: it belongs to the server or a bare call.
    """
    row = run_rows.get(tx, thread_id, run)
    if row.origin != "run":
        raise UsageError(f"{thread_id} belongs to the {row.origin} that started it; go on with it there")
    return row


def at_breakpoint(tx: Transaction, row: RunRow) -> bool:
    """Whether a run waits for nobody's answer, only to be told to go on."""
    return row.status == "waiting" and not summaries.pending_rows(tx, row.thread_id, row.run)
