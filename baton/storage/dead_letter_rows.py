"""The rows of dead letters: plain functions over a transaction. Light on purpose, see `baton.config.home`."""

import json
import time
from typing import TYPE_CHECKING, Any

from baton.errors import UsageError
from baton.storage.records import CheckpointRef, DeadLetter, DeadLetterStatus, Evidence

if TYPE_CHECKING:
    from baton.storage.fence import Guarded
    from baton.storage.transaction import Transaction

URGENT = "(SELECT urgent FROM runs WHERE thread_id = dead_letters.thread_id AND run = dead_letters.run) AS urgent"
SELECT = f"SELECT {', '.join(DeadLetter._fields[:-1])}, {URGENT} FROM dead_letters"
INSERT = (
    "INSERT INTO dead_letters (letter_id, thread_id, run, path, step, occurrence, reason, error, evidence, status,"
    " ends_run, created_at, updated_at) VALUES (:letter_id, :thread_id, :run, :path, :step, :occurrence, :reason,"
    " :error, :evidence, 'open', :ends_run, :created_at, :updated_at) ON CONFLICT DO NOTHING"
)
FAILED_AGAIN = (
    "UPDATE dead_letters SET status = 'open', reason = :reason, error = :error, evidence = :evidence,"
    " ends_run = :ends_run, updated_at = :updated_at WHERE letter_id = :letter_id"
)
REOPEN = (
    "UPDATE dead_letters SET status = 'open', updated_at = :updated_at"
    " WHERE letter_id = :letter_id AND status = 'replayed'"
)
CLOSE = (
    "UPDATE dead_letters SET status = :status, note = :note, updated_at = :now"
    " WHERE letter_id = :letter_id AND status = 'open'"
)
ENDS_RUN = "UPDATE dead_letters SET ends_run = ? WHERE letter_id = ?"
OF_RUN = f"{SELECT} WHERE thread_id = ? AND run = ? AND status = 'open' ORDER BY created_at, rowid"
ENDING = (
    f"{SELECT} WHERE thread_id = ? AND run = ? AND ends_run"
    " ORDER BY status = 'open' DESC, updated_at DESC, rowid DESC LIMIT 1"
)
OF_STATUS = (
    f"{SELECT} WHERE :status IS NULL OR status = :status ORDER BY urgent IS NOT NULL DESC, created_at DESC, rowid DESC"
)


def put(tx: "Transaction", letter: DeadLetter, *, again: bool) -> None:
    """Store a failure, or reopen its dead letter; `again` where the same failure is only reported once more."""
    if tx.execute(INSERT, _values(letter, letter.evidence)).rowcount:
        return
    if again:
        tx.execute(REOPEN, letter._asdict())
        return
    before = get(tx, letter.letter_id)
    others = _equals_elsewhere(before, letter) if before.status == "open" else []
    evidence: Evidence = {**letter.evidence, "places": [*others, *letter.checkpoints]}
    tx.execute(FAILED_AGAIN, _values(letter, evidence))


def _values(letter: DeadLetter, evidence: Evidence) -> dict[str, Any]:
    return {**letter._asdict(), "evidence": json.dumps(evidence)}


def _equals_elsewhere(before: DeadLetter, letter: DeadLetter) -> list[list[CheckpointRef]]:
    """Return the checkpoints of other tasks of the step that failed on the same request, as two workers may."""
    tasks = {step[-1].task_id for step in letter.checkpoints}
    graphs = {each[:2] for step in letter.checkpoints for each in step}
    others = [step for step in before.checkpoints if step[-1].task_id not in tasks]
    return [step for step in others if {each[:2] for each in step} == graphs]


def set_ends_run(tx: "Transaction", run: "Guarded", letter_id: str, *, ends_run: bool) -> None:
    """Record whether the run ended with a dead letter; the graph around the failed step decides."""
    run.guard(tx)
    tx.execute(ENDS_RUN, (ends_run, letter_id))


def get(tx: "Transaction", letter_id: str) -> DeadLetter:
    """Return one dead letter.

    Raises:
        UsageError: there is none of that id.
    """
    row = tx.execute(f"{SELECT} WHERE letter_id = ?", (letter_id,)).fetchone()
    if row is None:
        raise UsageError(f"no dead letter has the id {letter_id[:80]!r}; `baton dead-letters` lists them")
    return _letter(row)


def list_dead_letters(tx: "Transaction", status: str | None = None) -> list[DeadLetter]:
    """Return the dead letters, those of urgent runs first, then the newest."""
    return [_letter(row) for row in tx.execute(OF_STATUS, {"status": status}).fetchall()]


def list_open(tx: "Transaction", thread_id: str, run: int) -> list[DeadLetter]:
    """Return a run's open dead letters, oldest first."""
    return [_letter(row) for row in tx.execute(OF_RUN, (thread_id, run)).fetchall()]


def find_ending(tx: "Transaction", thread_id: str, run: int) -> DeadLetter | None:
    """Return the dead letter that ended a run, an open one before others; None where none did."""
    row = tx.execute(ENDING, (thread_id, run)).fetchone()
    return None if row is None else _letter(row)


def discard(tx: "Transaction", letter_id: str, why: str) -> DeadLetter:
    """Close a dead letter for good and return it; nothing is done about the failure.

    Raises:
        UsageError: no reason is given, or it is not open.
    """
    letter = get(tx, letter_id)
    if not why.strip():
        raise UsageError("say why: baton dead-letters discard ID REASON")
    close(tx, letter, "discarded", why)
    return get(tx, letter_id)


def close(tx: "Transaction", letter: DeadLetter, status: DeadLetterStatus, note: str | None = None) -> None:
    """Close an open dead letter.

    Raises:
        UsageError: it is not open.
    """
    values = {"letter_id": letter.letter_id, "status": status, "note": note, "now": time.time()}
    if not tx.execute(CLOSE, values).rowcount:
        reason = f"{letter.status}{f': {letter.note}' if letter.note else ''}"
        raise UsageError(f"{letter.letter_id} is not open ({reason}); nothing was changed")


def _letter(row: Any) -> DeadLetter:
    letter = DeadLetter(*row)
    return letter._replace(ends_run=bool(letter.ends_run), evidence=json.loads(row["evidence"]))
