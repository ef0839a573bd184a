"""What a run waits for: finding the question that is meant, and the decision that stands on it."""

import json
from typing import Any

from baton.errors import AlreadyDecided, NothingWaiting, UsageError
from baton.storage.records import ApprovalRequest, ApprovalRow, RunRow
from baton.storage.run_rows import OPEN
from baton.storage.run_status import RESUMABLE
from baton.storage.summaries import pending_rows
from baton.storage.transaction import Transaction

SELECT = f"SELECT {', '.join(ApprovalRow._fields)} FROM approvals"
LAST_DECIDED = f"{SELECT} WHERE thread_id = ? AND run = ? AND decision IS NOT NULL ORDER BY decided_at DESC"
OPEN_AT = f"SELECT 1 FROM approvals WHERE asked_as = ? AND {OPEN}"
DECIDED = f"{SELECT} WHERE (interrupt_id = ? OR asked_as = ?) AND decision IS NOT NULL"
BY_ID = f"{SELECT} WHERE interrupt_id = ?"
OF_ANOTHER_RUN = "SELECT run FROM approvals WHERE interrupt_id = ? AND thread_id = ? AND run != ?"


def open_question(tx: Transaction, row: RunRow, interrupt_id: str | None) -> str:
    """The id of the one decision that is meant.

    Raises:
        AlreadyDecided, NothingWaiting: there is none to give.
        UsageError: several wait and none is named.
    """
    thread_id, run = row.thread_id, row.run
    if interrupt_id and (standing := standing_decision(tx, interrupt_id)):
        raise AlreadyDecided(interrupt_id, standing)
    if interrupt_id and (other := _of_another_run(tx, row, interrupt_id)):
        raise NothingWaiting(
            f"{interrupt_id} is a question of run {other} of {thread_id}; that run waits for it no more"
        )
    live = row.status == "waiting" or row.status in RESUMABLE
    pending = [each.interrupt_id for each in pending_rows(tx, thread_id, run)] if live else []
    if not pending:
        last = tx.execute(LAST_DECIDED, (thread_id, run)).fetchone()
        if last is not None:
            raise AlreadyDecided(last["interrupt_id"], json.loads(last["decision"]))
        raise NothingWaiting(f"run {run} of {thread_id} is {row.status.replace('_', ' ')} and waits for no decision")
    if interrupt_id and interrupt_id not in pending:
        raise NothingWaiting(f"{thread_id} does not wait for {interrupt_id}; it waits for {', '.join(pending)}")
    if not interrupt_id and len(pending) > 1:
        raise UsageError(f"{len(pending)} decisions wait; name one with --interrupt: {', '.join(pending)}")
    return interrupt_id or pending[0]


def _of_another_run(tx: Transaction, row: RunRow, interrupt_id: str) -> int | None:
    found = tx.execute(OF_ANOTHER_RUN, (interrupt_id, row.thread_id, row.run)).fetchone()
    return None if found is None else int(found[0])


def request_of(tx: Transaction, interrupt_id: str) -> ApprovalRequest:
    """What was put to the person, as the client sees it."""
    request: ApprovalRequest = json.loads(ApprovalRow(*tx.execute(BY_ID, (interrupt_id,)).fetchone()).request)
    return request


def standing_decision(tx: Transaction, interrupt_id: str) -> dict[str, Any] | None:
    """The decision that stands on a question, None while there is none."""
    row = decided(tx, interrupt_id)
    return json.loads(row.decision or "null") if row is not None else None


def decided(tx: Transaction, interrupt_id: str) -> ApprovalRow | None:
    """The row of a question that is decided, by its own id or that of the interrupt it stood at; None of another."""
    row = tx.execute(DECIDED, (interrupt_id, interrupt_id)).fetchone()
    return None if row is None else ApprovalRow(*row)


def resume_key(interrupt_id: str) -> str:
    """The framework's id for the step that asks: it knows a step by the id of its first question."""
    return interrupt_id.partition(".")[0]


def reply_again(tx: Transaction, asked_as: str) -> dict[str, Any] | None:
    """What was decided at an interrupt, in the words of a client; None where nothing was, or the next question is open.

    The digest binds it to its question: another one of the same step, which may stand at the same interrupt after a
    crash, does not take it.
    """
    if tx.execute(OPEN_AT, (asked_as,)).fetchone() is not None or (row := decided(tx, asked_as)) is None:
        return None
    kind = json.loads(row.decision or "{}").get("type")
    return {"decisions": [{"type": "approve" if kind == "edit" else kind}], "digest": row.digest}


def bound(tx: Transaction, reply: Any, interrupt_id: str) -> Any:
    """A reply with the digest of the question that it is for, where its sender gave none."""
    if not (isinstance(reply, dict) and "decisions" in reply):
        return reply
    return {"digest": ApprovalRow(*tx.execute(BY_ID, (interrupt_id,)).fetchone()).digest, **reply}


def check_asked(tx: Transaction, row: RunRow, interrupts: int) -> None:
    """Refuse to wait for what nobody can answer here. By number: a question asked again has another interrupt id."""
    if len(pending_rows(tx, row.thread_id, row.run)) < interrupts:
        raise UsageError(f"{row.graph} paused at an interrupt() of its own; ask with baton.request_approval instead")
