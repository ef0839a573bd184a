"""The rows of dead letters: plain functions over a transaction. Light on purpose, see `baton.config.home`."""

import json
import time
from typing import TYPE_CHECKING, Any

from baton.errors import UsageError

if TYPE_CHECKING:
    from baton.storage.fence import Guarded
    from baton.storage.transaction import Transaction

Letter = dict[str, Any]
STATUSES = ("open", "replayed", "discarded")
INSERT = (
    "INSERT INTO dead_letters (letter_id, thread_id, run, path, step, occurrence, reason, error, evidence, status,"
    " ends_run, created_at, updated_at) VALUES (:letter_id, :thread_id, :run, :path, :step, :occurrence, :reason,"
    " :error, :evidence, 'open', :ends_run, :now, :now) ON CONFLICT DO NOTHING"
)
FAILED_AGAIN = (
    "UPDATE dead_letters SET status = 'open', reason = :reason, error = :error, evidence = :evidence,"
    " ends_run = :ends_run, updated_at = :now WHERE letter_id = :letter_id"
)
TOLD_AGAIN = (
    "UPDATE dead_letters SET status = 'open', updated_at = :now WHERE letter_id = :letter_id AND status = 'replayed'"
)
CLOSE = (
    "UPDATE dead_letters SET status = :status, note = :note, updated_at = :now"
    " WHERE letter_id = :letter_id AND status = 'open'"
)
ENDS_RUN = "UPDATE dead_letters SET ends_run = ? WHERE letter_id = ?"
OF_RUN = "SELECT * FROM dead_letters WHERE thread_id = ? AND run = ? AND status = 'open' ORDER BY created_at, rowid"


def put(tx: "Transaction", letter: Letter, evidence: dict[str, Any], *, again: bool) -> None:
    """Keep a failure, or open its letter once more; `again` where only the telling of it is repeated."""
    if tx.execute(INSERT, {**letter, "evidence": json.dumps(evidence)}).rowcount:
        return
    if again:
        tx.execute(TOLD_AGAIN, letter)
        return
    before = get(tx, letter["letter_id"])
    twins = _elsewhere(before, evidence["places"]) if before["status"] == "open" else []
    tx.execute(FAILED_AGAIN, {**letter, "evidence": json.dumps({**evidence, "places": [*twins, *evidence["places"]]})})


def _elsewhere(before: Letter, places: list[Any]) -> list[Any]:
    """Where else the same request failed in the same step: two workers may have been given the same."""
    tasks = {place[-1][2] for place in places}
    spots = {tuple(level[:2]) for place in places for level in place}
    kept = [place for place in before["evidence"].get("places", []) if place[-1][2] not in tasks]
    return [place for place in kept if {tuple(level[:2]) for level in place} == spots]


def set_ends_run(tx: "Transaction", run: "Guarded", letter_id: str, *, ends_run: bool) -> None:
    """Say whether the run ended with what a letter keeps; the graph around the failed step decides."""
    run.guard(tx)
    tx.execute(ENDS_RUN, (ends_run, letter_id))


def get(tx: "Transaction", letter_id: str) -> Letter:
    """One letter with its evidence.

    Raises:
        UsageError: there is none of that id.
    """
    row = tx.execute("SELECT * FROM dead_letters WHERE letter_id = ?", (letter_id,)).fetchone()
    if row is None:
        raise UsageError(f"no dead letter has the id {letter_id[:80]!r}; `baton dead-letters` lists them")
    return _letter(row)


def listing(tx: "Transaction", status: str | None = None) -> list[Letter]:
    """Letters, newest first."""
    sql = "SELECT * FROM dead_letters WHERE :status IS NULL OR status = :status ORDER BY created_at DESC, rowid DESC"
    return [_letter(row) for row in tx.execute(sql, {"status": status}).fetchall()]


def open_of(tx: "Transaction", thread_id: str, run: int) -> list[Letter]:
    """A run's open letters, oldest first."""
    return [_letter(row) for row in tx.execute(OF_RUN, (thread_id, run)).fetchall()]


def discard(tx: "Transaction", letter_id: str, why: str) -> Letter:
    """Close a letter for good; nothing is done about what failed.

    Raises:
        UsageError: no reason is given, or the letter is not open.
    """
    letter = get(tx, letter_id)
    if not why.strip():
        raise UsageError("say why: baton dead-letters discard ID REASON")
    close(tx, letter, "discarded", why)
    return get(tx, letter_id)


def close(tx: "Transaction", letter: Letter, status: str, note: str | None = None) -> None:
    """Take a letter off the pile.

    Raises:
        UsageError: it is not open.
    """
    values = {"letter_id": letter["letter_id"], "status": status, "note": note, "now": time.time()}
    if not tx.execute(CLOSE, values).rowcount:
        told = f"{letter['status']}{': ' + letter['note'] if letter['note'] else ''}"
        raise UsageError(f"{letter['letter_id']} is not open ({told}); nothing was changed")


def _letter(row: Any) -> Letter:
    return {**dict(row), "ends_run": bool(row["ends_run"]), "evidence": json.loads(row["evidence"])}
