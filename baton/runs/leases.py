"""Claims of this process: taken together with the row, renewed by one heartbeat, waited out where a process died."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from baton.errors import UsageError
from baton.runs.pending_approvals import find_pending
from baton.runs.replays import ReplayOptions, claim_for_replay
from baton.runtime.resources import Resources
from baton.storage import claims, run_rows, summaries
from baton.storage.records import RunRow
from baton.storage.run_status import RESUMABLE
from baton.storage.transaction import Transaction


class Leases:
    """The leases that this process takes. Each method claims the lease and returns the row as it is after the claim."""

    def __init__(self, resources: Resources) -> None:
        self._resources, self._database, self._signer = resources, resources.database, resources.signer
        self._lease_s = resources.settings.lease_s
        self._owner = claims.new_owner()
        self._beating: asyncio.Future[None] | None = None
        self._working = 0

    async def claim_for_resume(
        self, thread_id: str, run: int | None = None, budget_tokens: int | None = None
    ) -> RunRow | None:
        """Claim a run that can be resumed, after waiting out a lease that nobody renews; None where it cannot.

        `budget_tokens` is the run's new budget.

        Raises:
            UnknownThread: there is no such run.
            Held: another process works it.
            UsageError: it belongs to the server or a bare call.
        """
        seen: float | None = None
        while True:
            row, claimed = await self._database.do(
                lambda tx: self._try(tx, thread_id, run, budget_tokens), durable=False
            )
            if claimed or row.status not in RESUMABLE:
                return claimed
            if seen not in (None, row.lease_until):
                raise claims.lease_error(thread_id)
            seen = row.lease_until
            await asyncio.sleep(max(0.05, row.lease_until - claims.steady()))

    def _try(
        self, tx: Transaction, thread_id: str, run: int | None, budget_tokens: int | None
    ) -> tuple[RunRow, RunRow | None]:
        """The row as it was, and as it is after a claim; None where it is leased, or cannot be resumed."""
        row = get_queued(tx, thread_id, run)
        can_resume = row.status in RESUMABLE or is_at_breakpoint(tx, row)
        claimed = claims.claim(tx, row, self._owner, self._lease_s) if can_resume else None
        if claimed and budget_tokens:
            claimed = run_rows.set_budget(tx, claimed, budget_tokens, self._signer)
        return row, claimed

    async def claim_for_decision(
        self, thread_id: str, interrupt_id: str | None, run: int | None, take: Callable[[Transaction, str], None]
    ) -> tuple[str, RunRow] | None:
        """Claim a run that waits for a decision; the decision's id and the row. None where it must first be resumed.

        `take` is called with the decision's id in the transaction of the claim.

        Raises:
            Held: another process works the run.
            NothingWaiting, AlreadyDecided, UsageError: there is no such decision to make.
        """
        return await self._database.do(lambda tx: self._try_to_decide(tx, thread_id, interrupt_id, run, take))

    def _try_to_decide(
        self,
        tx: Transaction,
        thread_id: str,
        interrupt_id: str | None,
        run: int | None,
        take: Callable[[Transaction, str], None],
    ) -> tuple[str, RunRow] | None:
        """In one transaction: the decision that is meant, and the claim."""
        row = get_queued(tx, thread_id, run)
        summaries.check(tx, row, self._signer)
        asked = find_pending(tx, row, interrupt_id)
        if row.status != "waiting":
            if claims.is_lease_over(row, self._owner):
                return None
            raise claims.lease_error(thread_id)
        claimed = claims.claim(tx, row, self._owner, self._lease_s)
        if claimed is None:
            return None
        take(tx, asked)
        return asked, claimed

    async def claim_for_replay(
        self, letter_id: str, options: ReplayOptions, before: Callable[[Transaction], None] = lambda _: None
    ) -> RunRow:
        """Close a dead letter, put its run back to where it failed and claim it; call `before` in that transaction.

        Raises:
            UsageError: the letter or its run is not in a state for it, or the graph changed; nothing was changed.
            Held: another process works the run.
        """

        def work(tx: Transaction) -> RunRow:
            before(tx)
            return claim_for_replay(tx, letter_id, options, self._signer, owner=self._owner, lease_s=self._lease_s)

        return await self._database.do(work)

    @asynccontextmanager
    async def heartbeat(self) -> AsyncIterator[None]:
        """Renew all leases of this process for as long as any such block lasts; one task serves them all."""
        self._working += 1
        if self._beating is None:
            self._beating = asyncio.ensure_future(self._resources.keep_leases(self._owner))
        try:
            yield
        finally:
            self._working -= 1
            if not self._working:
                self._beating.cancel()
                self._beating = None


def get_queued(tx: Transaction, thread_id: str, run: int | None = None) -> RunRow:
    """Return the row of a run that was queued here, the thread's last where no number is given.

    Raises:
        UnknownThread: there is none.
        UsageError: it belongs to the server or a bare call.
    """
    row = run_rows.get(tx, thread_id, run)
    if row.origin != "run":
        raise UsageError(f"{thread_id} belongs to the {row.origin} that started it; go on with it there")
    return row


def is_at_breakpoint(tx: Transaction, row: RunRow) -> bool:
    """Whether a run waits only to be resumed, and not for a decision."""
    return row.status == "waiting" and not summaries.find_pending_rows(tx, row.thread_id, row.run)
