"""Urgency: a run that a person should look at before others, said from inside a step."""

from baton.errors import UsageError
from baton.redact import redact
from baton.runtime.active import active_run
from baton.storage import run_rows
from baton.storage.transaction import Transaction

LONGEST_REASON = 200  # characters


async def mark_urgent(reason: str) -> None:
    """Mark the run of the step that calls as urgent: every list shows it first, with this reason.

    The first reason stands, so a step that runs again changes nothing; it is kept masked, as one line of at most 200
    characters. The mark stays when the run goes on, waits or ends.

    Raises:
        UsageError: no reason is given.
        BatonError: called outside a node of a graph that was compiled by TypedStateGraph.
    """
    run, words = active_run(), redact(" ".join(reason.split()))[:LONGEST_REASON]
    if not words:
        raise UsageError("say why the run is urgent: mark_urgent(REASON)")

    def work(tx: Transaction) -> None:
        run.guard(tx)
        run_rows.mark_urgent(tx, run.thread_id, run.run, words)

    await run.resources.database.do(work, durable=False)  # a power failure loses the step with the mark
