"""Effects on the world, once: intent, execute with the idempotency key, receipt.

The key is `thread:run:desk:path:occurrence`. *Desk* is the database's id, so that two desks at one receiver never share
a key. *Path* says which step asked, at which visit, and for which action (see `baton.steps.scopes`): the plain call is
right in a loop, a fan-out and a graph in a graph. *Occurrence* names an effect among several of one step. The
arguments are compared, never part of the key: a model asked again may answer differently, and a hash of its answer in
the key would fire twice. Exactly once is possible only where the receiver de-duplicates the key; elsewhere a crash
between sending and recording leaves the effect *in doubt*, for a person (`baton dead-letters settle`), and it is never
fired again by itself.

The arguments travel in memory as given; kept and compared is what masking leaves of them, and so is the receipt.
"""

import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from inspect import isawaitable
from typing import Any, NamedTuple

from baton._langgraph import step_path
from baton.errors import BadReceipt, BatonError, EffectMismatch, InDoubt, SecondEffect, Transient, UsageError
from baton.plain import canonical, fits, plain_json
from baton.redact import redact_json, redact_texts
from baton.runtime.active import ActiveRun, active_run, current_step
from baton.runtime.spans import StepRef
from baton.steps.scopes import StepScope, scope_of, tool_call_id
from baton.storage.seals import Seals
from baton.storage.transaction import Transaction

INTENT = (
    "INSERT INTO effects (key, thread_id, run, action, args, status, created_at, updated_at, seal)"
    " VALUES (:key, :thread_id, :run, :action, :args, 'pending', :now, :now, :seal) ON CONFLICT (key) DO NOTHING"
)
CLOSE = (  # a receipt stands, also against a process that was stopped in the middle and comes back
    "UPDATE effects SET status = :status, receipt = :receipt, updated_at = :now, seal = :seal"
    " WHERE key = :key AND status != 'done'"
)
SETTLE = (
    "UPDATE effects SET status = :status, receipt = :receipt, settled_by = :settled_by, updated_at = :now, seal = :seal"
    " WHERE key = :key"
)
AGAIN = (
    "UPDATE effects SET status = 'pending', updated_at = :now, seal = :seal WHERE key = :key AND status = 'not_done'"
)
BY_KEY = "SELECT * FROM effects WHERE key = ?"
MOST_RECEIPT = 2**20  # bytes of JSON; what is longer is kept and not taken on, for a state is no place for it
CLOCKS_APART_S = 5.0  # how far a receiver's clock may be behind ours
LONGEST_OCCURRENCE = 64  # characters
WAY_OUT = "look at the receiver, then say what you found: baton dead-letters settle ID --done JSON, or --not-done"
Execute = Callable[[str], Awaitable[Any] | Any]


async def effect(
    action: str, args: dict[str, Any], execute: Execute, *, occurrence: str | None = None, idempotent: bool = True
) -> Any:
    """Do something to the world at most once and return its receipt as plain JSON, the same when called again.

    `execute` is given the idempotency key; `idempotent` says that its receiver de-duplicates that key. A step that asks
    for one action several times names each by `occurrence`, a short text that is the same when the step runs again.

    Raises:
        UsageError: the arguments are no JSON, or the occurrence is no short text; nothing is fired.
        SecondEffect: a second one of this action in this step has no occurrence of its own; the first stands.
        EffectMismatch, TamperedCheckpoint: other arguments, or what is kept of it was changed; nothing is fired.
        InDoubt: it was started, and that it happened is not known or not proved.
        BadReceipt: it happened, and its receipt is too large to be taken on.
    """
    run, started = active_run(), time.time()
    where, scope, asked = current_step(run), scope_of(run), _asked(action, args, occurrence)
    with _claimed(scope, action, occurrence):
        key, before = _key(run, scope, action, occurrence), _key_before(run, where, occurrence)
        row, may_fire = await run.plumbing.database.do(lambda tx: _intend(tx, run, (key, before), action, asked))
        if row["status"] == "done":
            return _receipt(row)
        if row["status"] == "in_doubt" or not (may_fire or idempotent):
            await _close(run, row, "in_doubt", row["receipt"])
            raise InDoubt(row["key"], f"{row['key']} was started and its outcome is unknown; {WAY_OUT}")
        receipt = await _fire(run, where, row, execute, idempotent=idempotent)
    spans, seen = run.plumbing.spans, {"action": action, "args": json.loads(asked)["args"]}
    spans.record(where, kind="effect", status="done", started=started, state=seen, output=json.dumps(receipt))
    return receipt


def _asked(action: str, args: dict[str, Any], occurrence: str | None) -> str:
    if occurrence is not None and not (isinstance(occurrence, str) and 0 < len(occurrence) <= LONGEST_OCCURRENCE):
        raise UsageError(f"an occurrence is a text of 1 to {LONGEST_OCCURRENCE} characters; {occurrence!r:.80} is not")
    try:
        return redact_json(canonical({"action": action, "args": args}))
    except ValueError as error:
        raise UsageError(f"the arguments of {action} are no JSON: {error}; nothing was fired") from error


@contextmanager
def _claimed(scope: StepScope, action: str, occurrence: str | None) -> Iterator[None]:
    """Hold the name of an effect in its step; one that fails gives it back, for whoever catches that may try again."""
    name = ("effect", tool_call_id() or "", action, occurrence or "")
    if name in scope.names_in_use:
        how = f"as {occurrence!r} again" if occurrence else "without a name"
        raise SecondEffect(
            f"{scope.name} asks for {action} a second time, {how}; the first stands: name each by `occurrence`, a text"
            " that is the same when the step runs again"
        )
    scope.names_in_use.add(name)
    try:
        yield
    except BaseException:
        scope.names_in_use.discard(name)
        raise


def _key(run: ActiveRun, scope: StepScope, action: str, occurrence: str | None) -> str:
    """`thread:run:desk:path:occurrence`; the path ends with the action, in a tool after the tool call's id."""
    call = tool_call_id()
    try:
        path = scope.path()
    except BatonError:
        if occurrence is None and call is None:
            raise
        path = step_path(scope.namespace)
    parts = [path, *([call] if call else []), action]
    return f"{run.thread_id}:{run.run}:{run.plumbing.database.id}:{'/'.join(parts)}:{occurrence or '0'}"


def _key_before(run: ActiveRun, where: StepRef, occurrence: str | None) -> str | None:
    """The key that a database of one run a thread gave this effect: what was begun under it goes on under it."""
    return f"{run.thread_id}:{where.step}:{occurrence or '0'}" if run.run == 1 else None


async def _fire(run: ActiveRun, where: StepRef, row: dict[str, Any], execute: Execute, *, idempotent: bool) -> Any:
    earliest = min(row["created_at"], time.time()) - CLOCKS_APART_S  # our own clock may have been set back since
    try:
        made = execute(row["key"])
        receipt = _kept(await made if isawaitable(made) else made)
    except Transient as error:
        if idempotent:
            raise  # still pending: the next attempt sends the same key
        await _close(run, row, "in_doubt", None)
        raise InDoubt(row["key"], f"{where.step}: no answer ({error}); {WAY_OUT}") from error
    except Exception:
        await _close(run, row, "refused", None)
        raise
    if fault := _fault(row, receipt, earliest):
        await _close(run, row, "in_doubt", json.dumps(receipt))
        raise InDoubt(row["key"], f"{where.step}: the receipt is not for what was asked ({fault}); {WAY_OUT}")
    closed = await _close(run, row, "done", json.dumps(receipt))
    return _receipt(closed)


def _kept(receipt: Any) -> Any:
    """What came back as it is kept and handed on: plain JSON, and masked."""
    return json.loads(redact_texts(json.dumps(plain_json(receipt)).encode()))


def _receipt(row: dict[str, Any]) -> Any:
    if len(row["receipt"]) > MOST_RECEIPT:
        raise BadReceipt(
            row["key"],
            f"{row['key']} happened and will not be fired again; its receipt of {len(row['receipt']):,} bytes is kept"
            f" and too large to go on with: baton dead-letters settle ID --done JSON, with what the run needs of it",
        )
    return json.loads(row["receipt"])


def _fault(row: dict[str, Any], receipt: Any, earliest: float) -> str | None:
    """Why a receipt is not the one for an intent, None where nothing in it speaks against that.

    Held against it are the fields that receivers use: `action`, `args`, `key` or `idempotency_key`, and `at` or
    `created_at` (ISO 8601, or Unix seconds).
    """
    if not isinstance(receipt, dict):
        return None
    asked = json.loads(row["args"])
    wanted = {"action": asked["action"], "args": asked["args"], "key": row["key"], "idempotency_key": row["key"]}
    told, wanted = (json.loads(redact_json(json.dumps(each))) for each in (receipt, wanted))  # as they are kept
    for name, value in wanted.items():
        if name in told and not fits(told[name], value):
            return f"its {name} is {told[name]!r:.120}"
    at = next((_seconds(receipt[name]) for name in ("at", "created_at") if name in receipt), None)
    return "it is older than what was asked" if at is not None and at < earliest else None


def _seconds(at: Any) -> float | None:
    """A moment as Unix seconds; None where it cannot be read as one."""
    if isinstance(at, int | float):
        return float(at)
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None  # of a time without a zone nobody knows when it was


def _intend(
    tx: Transaction, run: ActiveRun, keys: tuple[str, str | None], action: str, asked: str
) -> tuple[dict[str, Any], bool]:
    """The row of an effect, and whether it was not fired before."""
    run.guard(tx)
    seals, (key, before) = run.plumbing.seals, keys
    row = before and tx.execute(BY_KEY, (before,)).fetchone()
    fresh = False
    if row is None or not row:
        values = {"key": key, "thread_id": run.thread_id, "run": run.run, "action": action, "args": asked}
        new = {**values, "status": "pending", "receipt": None}
        seal = seals.mark("effects", new)
        fresh = bool(tx.execute(INTENT, {**values, "now": time.time(), "seal": seal}).rowcount)
        row = tx.execute(BY_KEY, (key,)).fetchone()
    found = dict(row)
    seals.check("effects", found, found["seal"])
    if json.loads(first := redact_json(found["args"])) != json.loads(asked):
        raise EffectMismatch(found["key"], first, asked)
    if found["status"] == "not_done":  # a person said so
        found["status"], fresh = "pending", True
        tx.execute(AGAIN, {**found, "seal": seals.mark("effects", found), "now": time.time()})
    return found, fresh


class Settled(NamedTuple):
    """What a person found out about an effect: whether it was done, its receipt as plain JSON, and who says so."""

    key: str
    receipt: Any
    done: bool
    by: str | None


def settle(tx: Transaction, seals: Seals, settled: Settled) -> None:
    """Say what came of an effect in doubt: it was done, with this receipt, or it was not and may be fired.

    Raises:
        UsageError: it is not in doubt, nor is its receipt too large.
    """
    key, receipt, done, by = settled.key, _kept(settled.receipt), settled.done, settled.by
    row = tx.execute(BY_KEY, (key,)).fetchone()
    found: dict[str, Any] = dict(row) if row is not None else {"status": "not there", "receipt": None}
    large = found["status"] == "done" and len(found["receipt"]) > MOST_RECEIPT
    if not (found["status"] == "in_doubt" or (large and done)):
        raise UsageError(f"{key} is {found['status'].replace('_', ' ')}, not in doubt; nothing was changed")
    seals.check("effects", found, found["seal"])
    closed = {**found, "status": "done" if done else "not_done", "receipt": json.dumps(receipt) if done else None}
    values = {**closed, "settled_by": by, "now": time.time(), "seal": seals.mark("effects", closed)}
    tx.execute(SETTLE, values)


async def _close(run: ActiveRun, row: dict[str, Any], status: str, receipt: str | None) -> dict[str, Any]:
    closed = {**row, "status": status, "receipt": receipt}
    values = {**closed, "seal": run.plumbing.seals.mark("effects", closed), "now": time.time()}
    await run.plumbing.database.do(lambda tx: tx.execute(CLOSE, values).rowcount)
    return closed
