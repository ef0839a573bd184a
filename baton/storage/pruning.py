"""Deletes what finished runs no longer need. Light on purpose, see `baton.config.home`.

The rows of runs, effects, approvals and dead letters stay: they are the record of what was done.
"""

import json
import time
from typing import TYPE_CHECKING

from baton.storage.run_status import ENDED

if TYPE_CHECKING:
    from baton.storage.transaction import Transaction

DAY_S = 86_400
# A thread with an open dead letter keeps all: its replay goes on from a checkpoint that need not be the latest.
OLD = (
    "SELECT thread_id, status FROM runs WHERE updated_at < ? AND status != 'running'"
    " AND run = (SELECT max(run) FROM runs AS each WHERE each.thread_id = runs.thread_id)"  # the others are older
    " AND thread_id NOT IN (SELECT thread_id FROM dead_letters WHERE status = 'open')"
)
CHOSEN = "thread_id IN (SELECT value FROM json_each(?))"
NEWEST = "SELECT max(seq) FROM checkpoints GROUP BY thread_id, checkpoint_ns"
ALL_CHECKPOINTS = "SELECT thread_id, checkpoint_ns, checkpoint_id FROM checkpoints"


def prune(tx: "Transaction", *, older_than_days: float, keep_latest: bool = False) -> dict[str, int]:
    """Prune the runs that did not change for so many days; return the number of runs, and of deleted rows by table.

    A run that has ended loses its checkpoints and spans, with `keep_latest` all checkpoints but the last of each
    namespace. One that waits, is queued or failed keeps those, and its spans: it goes on from there.
    """
    rows = tx.execute(OLD, (time.time() - older_than_days * DAY_S,)).fetchall()
    ended = json.dumps([row[0] for row in rows if row[1] in ENDED])
    paused = json.dumps([row[0] for row in rows if row[1] not in ENDED])
    spans = tx.execute(f"DELETE FROM spans WHERE {CHOSEN}", (ended,)).rowcount
    of_ended = _delete_checkpoints(tx, ended, keep_latest=keep_latest)
    of_paused = _delete_checkpoints(tx, paused, keep_latest=True)
    checkpoints, writes = (sum(counts) for counts in zip(of_ended, of_paused, strict=True))
    return {"runs": len(rows), "checkpoints": checkpoints, "writes": writes, "spans": spans}


def _delete_checkpoints(tx: "Transaction", threads: str, *, keep_latest: bool) -> tuple[int, int]:
    """Delete checkpoints, and the writes whose checkpoint is gone; return how many of each."""
    but_newest = f" AND seq NOT IN ({NEWEST})" if keep_latest else ""
    checkpoints = tx.execute(f"DELETE FROM checkpoints WHERE {CHOSEN}{but_newest}", (threads,)).rowcount
    orphans = f"(thread_id, checkpoint_ns, checkpoint_id) NOT IN ({ALL_CHECKPOINTS})"
    return checkpoints, tx.execute(f"DELETE FROM writes WHERE {CHOSEN} AND {orphans}", (threads,)).rowcount
