"""Pending approvals of a run: the one that a reply is for, and the decision that stands."""

import json
from collections.abc import Iterable
from typing import Any

from baton.errors import AlreadyDecided, NothingWaiting, UsageError
from baton.runs.graph_questions import ENDING, find_answer
from baton.storage.records import ApprovalRequest, ApprovalRow, RunRow
from baton.storage.run_rows import OPEN
from baton.storage.run_status import RESUMABLE
from baton.storage.signer import Signer
from baton.storage.summaries import find_pending_rows
from baton.storage.transaction import Transaction

SELECT = f"SELECT {', '.join(ApprovalRow._fields)} FROM approvals"
LAST_DECIDED = f"{SELECT} WHERE thread_id = ? AND run = ? AND decision IS NOT NULL ORDER BY decided_at DESC"
OPEN_AT = f"SELECT 1 FROM approvals WHERE asked_as = ? AND {OPEN}"
DECIDED = (
    f"{SELECT} WHERE (interrupt_id = ? OR (asked_as = ? AND interrupt_id NOT LIKE '%{ENDING}'))"
    " AND decision IS NOT NULL"
)
BY_ID = f"{SELECT} WHERE interrupt_id = ?"
OF_ANOTHER_RUN = "SELECT run FROM approvals WHERE interrupt_id = ? AND thread_id = ? AND run != ?"


def find_pending(tx: Transaction, row: RunRow, interrupt_id: str | None) -> str:
    """Return the id of the one pending approval that is meant.

    Raises:
        AlreadyDecided, NothingWaiting: there is none to decide.
        UsageError: several wait and none is named.
    """
    if interrupt_id:
        _refuse_decided(tx, row, interrupt_id)
    can_wait = row.status == "waiting" or row.status in RESUMABLE
    pending = [each.interrupt_id for each in find_pending_rows(tx, row.thread_id, row.run)] if can_wait else []
    if not pending:
        _refuse_none_pending(tx, row)
    if interrupt_id and interrupt_id not in pending:
        raise NothingWaiting(f"{row.thread_id} does not wait for {interrupt_id}; it waits for {', '.join(pending)}")
    if not interrupt_id and len(pending) > 1:
        raise UsageError(f"{len(pending)} decisions wait; name one with --interrupt: {', '.join(pending)}")
    return interrupt_id or pending[0]


def _refuse_decided(tx: Transaction, row: RunRow, interrupt_id: str) -> None:
    """Refuse to decide once more, or what another run of the thread asked."""
    standing = find_decided(tx, interrupt_id)
    if standing is not None:
        raise AlreadyDecided(interrupt_id, standing.decision_data)
    other = tx.execute(OF_ANOTHER_RUN, (interrupt_id, row.thread_id, row.run)).fetchone()
    if other is not None:
        raise NothingWaiting(
            f"{interrupt_id} is a question of run {other[0]} of {row.thread_id}; that run waits for it no more"
        )


def _refuse_none_pending(tx: Transaction, row: RunRow) -> None:
    """Refuse where a run waits for no decision; the last one that was made says the most."""
    found = tx.execute(LAST_DECIDED, (row.thread_id, row.run)).fetchone()
    if found is not None:
        last = ApprovalRow(*found)
        raise AlreadyDecided(last.interrupt_id, last.decision_data)
    status = row.status.replace("_", " ")
    raise NothingWaiting(f"run {row.run} of {row.thread_id} is {status} and waits for no decision")


def get_request(tx: Transaction, interrupt_id: str) -> ApprovalRequest:
    """Return what a person was asked, as the client sees it."""
    request: ApprovalRequest = json.loads(ApprovalRow(*tx.execute(BY_ID, (interrupt_id,)).fetchone()).request)
    return request


def find_decided(tx: Transaction, interrupt_id: str) -> ApprovalRow | None:
    """Return a decided approval by its own id or that of the interrupt it stood at; None where it is not decided."""
    row = tx.execute(DECIDED, (interrupt_id, interrupt_id)).fetchone()
    return None if row is None else ApprovalRow(*row)


def resume_key(interrupt_id: str) -> str:
    """The framework's id for the step that asks: it knows a step by the id of its first question."""
    return interrupt_id.partition(".")[0]


def find_replies(tx: Transaction, signer: Signer, interrupts: Iterable[str]) -> dict[str, Any]:
    """Return what was decided at interrupts, by their ids; those at which nothing was are left out."""
    replies: dict[str, Any] = {}
    for each in interrupts:
        if answered := find_answer(tx, signer, each):
            replies[each] = answered["answer"]
        elif reply := find_reply(tx, each):
            replies[each] = reply
    return replies


def find_reply(tx: Transaction, asked_as: str) -> dict[str, Any] | None:
    """Return what was decided at an interrupt, as a client's reply; None where the approval at it is still pending.

    The digest binds it to its approval: another one of the same step, which may stand at the same interrupt after a
    crash, does not take it.
    """
    is_open = tx.execute(OPEN_AT, (asked_as,)).fetchone() is not None
    row = None if is_open else find_decided(tx, asked_as)
    if row is None:
        return None
    kind = row.decision_data["type"]
    return {"decisions": [{"type": "approve" if kind == "edit" else kind}], "digest": row.digest}


def add_digest(tx: Transaction, reply: Any, interrupt_id: str) -> Any:
    """Return a reply with the digest of the approval that it is for, where its sender gave none.

    One that is not in LangChain's form stays as it is: the node that asked refuses it in its own words.
    """
    if not (isinstance(reply, dict) and "decisions" in reply):
        return reply
    return {"digest": ApprovalRow(*tx.execute(BY_ID, (interrupt_id,)).fetchone()).digest, **reply}
