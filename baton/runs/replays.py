"""Replaying dead letters: the run goes on from the checkpoint at which its step failed.

That checkpoint becomes the latest again, and what the failed step had written there is deleted; what its siblings wrote
stays. So the run goes on as after a crash: with the same ids for the same tasks, and therefore with the receipts,
answers and results it had. What had happened after the checkpoint is left behind, with its dead letters.
"""

import json
import re
import time
from dataclasses import dataclass

from baton.errors import UsageError
from baton.steps.counters import forget_attempts
from baton.storage import dead_letter_rows, run_rows
from baton.storage.claims import claim, is_lease_over, lease_error
from baton.storage.records import CheckpointRef, DeadLetter, RunRow
from baton.storage.signer import Signer
from baton.storage.transaction import Transaction

EFFECTS_SINCE = "SELECT key FROM effects WHERE thread_id = ? AND run = ? AND created_at >= ?"
SENT = re.compile(r"@\d+\.\d+")  # in a path: a step that a `Send` began
OF_THE_RUN = ("crash_loop", "needs_migration")  # reasons that concern the run, not a step
SEQ = "SELECT seq FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
MAKE_LATEST = "UPDATE checkpoints SET seq = (SELECT max(seq) + 1 FROM checkpoints) WHERE seq = ?"
DELETE_WRITES = (  # a reply that the step had been given stays
    "DELETE FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ? AND task_id = ?"
    " AND channel != '__resume__'"
)
ASKED = "SELECT interrupt_id, place, decision FROM approvals WHERE thread_id = ? AND run = ? AND NOT left_behind"
LEFT = "UPDATE approvals SET left_behind = 1 WHERE interrupt_id = ?"
WITHDRAWN = "DELETE FROM approvals WHERE interrupt_id = ?"
READY = (
    "UPDATE runs SET recoveries = 0, fingerprint = :fingerprint, budget_tokens = :budget_tokens, seal = :seal,"
    " updated_at = :now WHERE thread_id = :thread_id AND run = :run"
)


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """How to replay: `fingerprint` is the graph's of today, `budget_tokens` the run's new budget."""

    fingerprint: str
    accept_change: bool = False
    budget_tokens: int | None = None


def claim_for_replay(
    tx: Transaction,
    letter_id: str,
    options: ReplayOptions,
    signer: Signer,
    *,
    owner: str,
    lease_s: float,
) -> RunRow:
    """Close a dead letter, put its run back to where it failed and claim it, all or nothing; return the run's row.

    Raises:
        UsageError: the letter is not open or names no checkpoint, its run is not at rest, or the graph changed.
        Held: its run is being worked.
        TamperedCheckpoint: the run's row was changed.
    """
    letter = dead_letter_rows.get(tx, letter_id)
    row = run_rows.get(tx, letter.thread_id, letter.run)
    _check_last(tx, row)
    _check_at_rest(row, owner)
    if letter.evidence.get("may_send"):
        _check_sends(tx, letter)
    dead_letter_rows.close(tx, letter, "replayed")
    if row.fingerprint != options.fingerprint and not options.accept_change:
        raise UsageError(
            f"{row.graph} changed since {row.thread_id} began; finish it with the code it began with, or say"
            " --accept-change: a step that was renamed or removed is then skipped"
        )
    _rewind(tx, letter)
    signer.verify_row("runs", row._asdict(), row.seal)
    budget_tokens = options.budget_tokens or row.budget_tokens
    row = row._replace(fingerprint=options.fingerprint, budget_tokens=budget_tokens, recoveries=0)
    row = row._replace(seal=signer.sign_row("runs", row._asdict()))
    tx.execute(READY, {**row._asdict(), "now": time.time()})
    forget_attempts(tx, row.thread_id, row.run)
    claimed = claim(tx, row, owner, lease_s)
    if claimed is None:
        raise lease_error(row.thread_id)
    return claimed


def _check_last(tx: Transaction, row: RunRow) -> None:
    last = run_rows.get(tx, row.thread_id)
    if last.run != row.run:
        raise UsageError(
            f"{row.thread_id} went on with run {last.run} after run {row.run}; discard the letter, and give"
            " its message to a new run"
        )


def _check_sends(tx: Transaction, letter: DeadLetter) -> None:
    """Refuse where the failed step's Sends would shift the numbers of others' Sends, which effects have in keys."""
    values = (letter.thread_id, letter.run, letter.created_at)
    paths = [row[0].split(":", 3)[-1] for row in tx.execute(EFFECTS_SINCE, values).fetchall()]
    if any(SENT.search(path) for path in paths):
        raise UsageError(
            f"{letter.step} may send, and steps that others sent to have acted since it failed: their effects would"
            " get other keys; discard the letter, and give what it was about to a new run"
        )


def _check_at_rest(row: RunRow, owner: str) -> None:
    thread_id, status = row.thread_id, row.status
    if status == "running" and not is_lease_over(row, owner):
        raise lease_error(thread_id)
    if status in ("queued", "running"):
        raise UsageError(f"{thread_id} is not finished; first: baton resume {thread_id}")
    if status == "waiting":
        raise UsageError(f"{thread_id} waits for a decision; first: baton decide {thread_id}")


def _rewind(tx: Transaction, letter: DeadLetter) -> None:
    """Make the checkpoint at which a step failed the latest one, in every graph around that step.

    Raises:
        UsageError: it is not kept.
    """
    steps = letter.checkpoints
    if not steps and letter.reason in OF_THE_RUN:
        return  # the run goes on where it stands
    seqs = {(each.namespace, each.checkpoint_id): _seq(tx, letter, each) for step in steps for each in step}
    if not steps or seqs["", steps[0][0].checkpoint_id] is None:
        raise UsageError(f"the checkpoint of {letter.letter_id} is not kept; discard the letter and start a new run")
    _leave_behind(tx, letter, seqs)
    for each in (each for step in steps for each in step):
        tx.execute(DELETE_WRITES, (letter.thread_id, *each))
    for seq in filter(None, seqs.values()):  # a graph inside may keep no checkpoints: it begins anew
        tx.execute(MAKE_LATEST, (seq,))


def _leave_behind(tx: Transaction, letter: DeadLetter, seqs: dict[tuple[str, str], int | None]) -> None:
    """Close the dead letters and approvals that came after those checkpoints: their steps run again, or do not."""
    limits = {namespace: seq for (namespace, _), seq in seqs.items() if seq is not None}

    def is_behind(step: list[CheckpointRef]) -> bool:
        pairs = [(limits.get(each.namespace), _seq(tx, letter, each)) for each in step]
        return any(limit is not None and seq is not None and seq > limit for limit, seq in pairs)

    for other in dead_letter_rows.list_open(tx, letter.thread_id, letter.run):
        if any(map(is_behind, other.checkpoints)):
            dead_letter_rows.close(tx, other, "replayed", f"left behind by the replay of {letter.letter_id}")
    for asked in tx.execute(ASKED, (letter.thread_id, letter.run)).fetchall():
        if is_behind([CheckpointRef(*each) for each in json.loads(asked["place"])]):
            tx.execute(LEFT if asked["decision"] else WITHDRAWN, (asked["interrupt_id"],))


def _seq(tx: Transaction, letter: DeadLetter, at: CheckpointRef) -> int | None:
    found = tx.execute(SEQ, (letter.thread_id, at.namespace, at.checkpoint_id)).fetchone()
    return None if found is None else int(found[0])
