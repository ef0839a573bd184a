"""Summaries of runs, for programs. Plain functions over a transaction; light, see `baton.config.home`."""

import json
from typing import TYPE_CHECKING, Any

from baton.storage.records import ApprovalRow, PendingApproval, RunRow, RunSummary, Usage
from baton.storage.run_rows import OPEN, SELECT

if TYPE_CHECKING:
    from baton.storage.signer import Signer
    from baton.storage.transaction import Transaction

OPEN_LETTERS = (
    "SELECT letter_id, step, error, ends_run FROM dead_letters WHERE thread_id = ? AND run = ? AND status = 'open'"
)
URGENT_FIRST = "ORDER BY urgent IS NOT NULL DESC, created_at DESC, rowid DESC"  # as the index runs_by_age
WAITING = (
    f"SELECT {', '.join(ApprovalRow._fields)} FROM approvals WHERE thread_id = ? AND run = ? AND {OPEN}"
    " ORDER BY created_at, interrupt_id"
)
ASKED = "SELECT asked_as FROM approvals WHERE thread_id = ? AND asked_as IS NOT NULL"
USED = (
    "SELECT count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),"
    " CASE WHEN count(*) = count(cost_usd) THEN coalesce(sum(cost_usd), 0.0) END"
    " FROM model_calls WHERE thread_id = ? AND run = ?"
)


def summary(tx: "Transaction", row: RunRow) -> RunSummary:
    """Return one run as programs see it."""
    run = (row.thread_id, row.run)
    letters = tx.execute(OPEN_LETTERS, run).fetchall()
    failure = next((f"{each['step']}: {each['error']}" for each in letters if each["ends_run"]), None)
    summarised: RunSummary = {
        "thread_id": row.thread_id,
        "run": row.run,
        "graph": row.graph,
        "status": row.status,
        "origin": row.origin,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "error": row.error or (failure if row.status == "dead_lettered" else None),
        "output": json.loads(row.output) if row.output else None,
        "waiting_for": list_pending_approvals(tx, *run) if row.status == "waiting" else [],
        "urgent": row.urgent,
        "dead_letters": [each["letter_id"] for each in letters],
        "usage": usage(tx, *run),
        "latency_ms": round(row.latency_ms, 1),
    }
    return summarised if row.line is None else {"line": row.line, **summarised}


def list_runs(
    tx: "Transaction", *, status: str | None = None, graph: str | None = None, limit: int = -1, offset: int = 0
) -> list[RunSummary]:
    """Return the summaries of runs, urgent ones first, then the newest."""
    conditions = [f"{column} = :{column}" for column, value in (("status", status), ("graph", graph)) if value]
    sql = f"{SELECT} {'WHERE ' + ' AND '.join(conditions) if conditions else ''}"
    values: dict[str, Any] = {"status": status, "graph": graph, "limit": limit, "offset": offset}
    rows = tx.execute(f"{sql} {URGENT_FIRST} LIMIT :limit OFFSET :offset", values).fetchall()
    return [summary(tx, RunRow(*row)) for row in rows]


def check(tx: "Transaction", row: RunRow, signer: "Signer") -> None:
    """Verify the stored parts of a run's summary; not done for a list of runs, where it would cost too much.

    Raises:
        TamperedCheckpoint: its output, or an approval that it waits for, was changed.
    """
    if row.output is not None:
        signer.verify_row("outputs", row._asdict(), row.output_seal)
    for each in find_pending_rows(tx, row.thread_id, row.run):
        signer.verify_row("approvals", each._asdict(), each.seal)


def list_pending_approvals(tx: "Transaction", thread_id: str, run: int) -> list[PendingApproval]:
    """Return the approvals that a run waits for, as a person sees them."""
    return [each.as_pending() for each in find_pending_rows(tx, thread_id, run)]


def find_pending_rows(tx: "Transaction", thread_id: str, run: int) -> list[ApprovalRow]:
    """Return the rows of the approvals that a run waits for, oldest first."""
    return [ApprovalRow(*row) for row in tx.execute(WAITING, (thread_id, run)).fetchall()]


def asked_ids(tx: "Transaction", thread_id: str) -> set[str]:
    """Return the framework's ids of all interrupts at which a person was asked on a thread."""
    return {str(asked_as) for (asked_as,) in tx.execute(ASKED, (thread_id,)).fetchall()}


def usage(tx: "Transaction", thread_id: str, run: int) -> Usage:
    """Return what the model endpoints reported for a run."""
    calls, read, written, cost = tx.execute(USED, (thread_id, run)).fetchone()
    return {"model_calls": calls, "input_tokens": read, "output_tokens": written, "cost_usd": cost}
