"""Letting go of what finished runs no longer need. Light on purpose, see `baton.config.home`.

The rows of runs, effects, approvals and dead letters stay: they say what was done.
"""

import json
import time
from typing import TYPE_CHECKING

from baton.storage.run_status import ENDED

if TYPE_CHECKING:
    from baton.storage.transaction import Transaction

DAY_S = 86_400
# A thread with an open dead letter is left alone: its replay goes on from a checkpoint that need not be the latest.
OLD = (
    "SELECT thread_id, status FROM runs WHERE updated_at < ? AND status != 'running'"
    " AND run = (SELECT max(run) FROM runs AS each WHERE each.thread_id = runs.thread_id)"  # the others are older
    " AND thread_id NOT IN (SELECT thread_id FROM dead_letters WHERE status = 'open')"
)
CHOSEN = "thread_id IN (SELECT value FROM json_each(?))"
NEWEST = "SELECT max(seq) FROM checkpoints GROUP BY thread_id, checkpoint_ns"
SPOTS = "SELECT thread_id, checkpoint_ns, checkpoint_id FROM checkpoints"


def prune(tx: "Transaction", *, older_than_days: float, keep_latest: bool = False) -> dict[str, int]:
    """Prune the runs that nothing happened to for so many days; how many runs and how many rows of each kind.

    A run that has ended loses its checkpoints and spans, with `keep_latest` all checkpoints but the last of each
    namespace; so does one that waits, is queued or failed, and it keeps its spans: it goes on from there.
    """
    rows = tx.execute(OLD, (time.time() - older_than_days * DAY_S,)).fetchall()
    ended = json.dumps([row[0] for row in rows if row[1] in ENDED])
    paused = json.dumps([row[0] for row in rows if row[1] not in ENDED])
    spans = tx.execute(f"DELETE FROM spans WHERE {CHOSEN}", (ended,)).rowcount
    dropped = [_checkpoints(tx, ended, keep_latest=keep_latest), _checkpoints(tx, paused, keep_latest=True)]
    checkpoints, writes = (sum(counts) for counts in zip(*dropped, strict=True))
    return {"runs": len(rows), "checkpoints": checkpoints, "writes": writes, "spans": spans}


def _checkpoints(tx: "Transaction", threads: str, *, keep_latest: bool) -> tuple[int, int]:
    """Delete checkpoints, and the writes that belong to none that is left."""
    kept = f" AND seq NOT IN ({NEWEST})" if keep_latest else ""
    checkpoints = tx.execute(f"DELETE FROM checkpoints WHERE {CHOSEN}{kept}", (threads,)).rowcount
    orphans = f"(thread_id, checkpoint_ns, checkpoint_id) NOT IN ({SPOTS})"
    return checkpoints, tx.execute(f"DELETE FROM writes WHERE {CHOSEN} AND {orphans}", (threads,)).rowcount
