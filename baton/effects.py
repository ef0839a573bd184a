"""Effects on the world, once: intent, execute with the idempotency key, receipt.

The key is `thread:step:occurrence`. *Occurrence* comes from checkpointed state, never from counting calls. The
arguments are compared, never part of the key: a model asked again may answer differently, and a hash of its answer in
the key would fire twice. Exactly once is possible only where the receiver de-duplicates the key; elsewhere a crash
between sending and recording leaves the effect *in doubt*, for a person, and it is never fired again by itself.
"""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from baton.active import ActiveRun, active_run, here
from baton.database import Transaction
from baton.errors import EffectMismatch, InDoubt, Transient
from baton.spans import Where

INTENT = (
    "INSERT INTO effects (key, thread_id, action, args, status, created_at, updated_at, seal)"
    " VALUES (:key, :thread_id, :action, :args, 'pending', :now, :now, :seal) ON CONFLICT (key) DO NOTHING"
)
CLOSE = (  # a receipt stands, also against a process that was stopped in the middle and comes back
    "UPDATE effects SET status = :status, receipt = :receipt, updated_at = :now, seal = :seal"
    " WHERE key = :key AND status != 'done'"
)
Execute = Callable[[str], Awaitable[dict[str, Any]]]


async def effect(
    action: str, args: dict[str, Any], execute: Execute, *, occurrence: str = "0", idempotent: bool = True
) -> dict[str, Any]:
    """Do something to the world at most once and return its receipt, also when called again.

    `execute` is given the idempotency key; `idempotent` says that its receiver de-duplicates that key.

    Raises:
        EffectMismatch, TamperedCheckpoint: other arguments, or what is kept of it was changed; nothing is fired.
        InDoubt: it was started, its outcome is unknown and the receiver does not de-duplicate.
    """
    run = active_run()
    where, started = here(run), time.time()
    key = f"{run.thread_id}:{where.step}:{occurrence}"
    asked = json.dumps({"action": action, "args": args}, sort_keys=True)
    row, fresh = await run.plumbing.database.do(lambda tx: _intend(tx, run, key, action, asked))
    if row["status"] == "done":
        return dict(json.loads(row["receipt"]))
    if not fresh and not idempotent:
        await _close(run, row, "in_doubt", None)
        raise InDoubt(f"{key} was started and its outcome is unknown; look at the receiver, then replay or discard")
    receipt = await _fire(run, where, row, execute, idempotent=idempotent)
    spans, seen = run.plumbing.spans, {"action": action, "args": args}
    spans.record(where, kind="effect", status="done", started=started, state=seen, output=json.dumps(receipt))
    return receipt


async def _fire(
    run: ActiveRun, where: Where, row: dict[str, Any], execute: Execute, *, idempotent: bool
) -> dict[str, Any]:
    try:
        receipt = await execute(row["key"])
    except Transient as error:
        if idempotent:
            raise  # still pending: the next attempt sends the same key
        await _close(run, row, "in_doubt", None)
        raise InDoubt(f"{where.step}: no answer ({error}); look at the receiver, then replay or discard") from error
    except Exception:
        await _close(run, row, "refused", None)
        raise
    await _close(run, row, "done", json.dumps(receipt))
    return receipt


def _intend(tx: Transaction, run: ActiveRun, key: str, action: str, asked: str) -> tuple[dict[str, Any], bool]:
    run.guard(tx)
    values = {"key": key, "thread_id": run.thread_id, "action": action, "args": asked, "now": time.time()}
    seals, new = run.plumbing.seals, {**values, "status": "pending", "receipt": None}
    fresh = bool(tx.execute(INTENT, {**values, "seal": seals.mark("effects", new)}).rowcount)
    row = dict(tx.execute("SELECT * FROM effects WHERE key = ?", (key,)).fetchone())
    seals.check("effects", row, row["seal"])
    if row["args"] != asked:
        raise EffectMismatch(key, row["args"], asked)
    return row, fresh


async def _close(run: ActiveRun, row: dict[str, Any], status: str, receipt: str | None) -> None:
    closed = {**row, "status": status, "receipt": receipt}
    values = {**closed, "seal": run.plumbing.seals.mark("effects", closed), "now": time.time()}
    await run.plumbing.database.do(lambda tx: tx.execute(CLOSE, values).rowcount)
