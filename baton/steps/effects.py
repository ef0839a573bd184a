"""Effects on the world, once: intent, execute with the idempotency key, receipt.

The key is `thread:run:desk:path:occurrence`. *Desk* is the database's id, so that two desks at one receiver never share
a key. *Path* names the step, its visit and the action (see `baton.steps.scopes`), so the plain call is right in a loop,
a fan-out and a graph in a graph. *Occurrence* names an effect among several of one step. The arguments are compared,
never part of the key: a model asked again may answer differently, and a hash of its answer in the key would fire twice.
Exactly once is possible only where the receiver de-duplicates the key; elsewhere a crash between sending and recording
leaves the effect *in doubt*, for a person (`baton dead-letters settle`), and it is never fired again by itself.

The arguments are sent unmasked; arguments and receipt are stored, compared and returned masked.
"""

import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from inspect import isawaitable
from typing import Any, Literal, NamedTuple

from baton._langgraph import step_path
from baton.errors import BadReceipt, BatonError, EffectMismatch, InDoubt, SecondEffect, Transient, UsageError
from baton.plain import canonical, fits, plain_json
from baton.redact import redact_json, redact_texts
from baton.runtime.active import ActiveRun, active_run, current_step
from baton.runtime.spans import StepRef
from baton.steps.scopes import StepScope, scope_of, tool_call_id
from baton.storage.signer import Signer
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
REOPEN = (
    "UPDATE effects SET status = 'pending', updated_at = :now, seal = :seal WHERE key = :key AND status = 'not_done'"
)
MOST_RECEIPT = 2**20  # bytes of JSON; a longer one is stored and not returned, for a state is no place for it
CLOCKS_APART_S = 5.0  # how far a receiver's clock may be behind ours
LONGEST_OCCURRENCE = 64  # characters
ADVICE = "look at the receiver, then say what you found: baton dead-letters settle ID --done JSON, or --not-done"
Execute = Callable[[str], Awaitable[Any] | Any]
EffectStatus = Literal["pending", "done", "refused", "in_doubt", "not_done"]


class EffectRow(NamedTuple):
    """An effect; `args` and `receipt` are JSON text, `created_at` Unix seconds."""

    key: str
    thread_id: str
    run: int
    action: str
    args: str
    status: EffectStatus
    receipt: str | None = None
    created_at: float = 0.0
    seal: bytes | None = None


BY_KEY = f"SELECT {', '.join(EffectRow._fields)} FROM effects WHERE key = ?"


UNSETTLED = (
    "SELECT key FROM effects WHERE thread_id = :thread_id AND run = :run AND substr(key, 1, length(:begin)) = :begin"
    " AND (status = 'in_doubt' OR (status = 'done' AND length(receipt) > :most)) ORDER BY updated_at DESC LIMIT 1"
)


class Settlement(NamedTuple):
    """A person's finding about an effect: whether it was done, its receipt as plain JSON, and who says so."""

    key: str
    receipt: Any
    done: bool
    by: str | None


async def effect(
    action: str, args: dict[str, Any], execute: Execute, *, occurrence: str | None = None, idempotent: bool = True
) -> Any:
    """Execute an action at most once, and return its receipt as plain JSON, the same when called again.

    `execute` is given the idempotency key; `idempotent` says that its receiver de-duplicates that key. A step that
    requests one action several times names each by `occurrence`, a short text that is the same when the step runs anew.

    Raises:
        UsageError: the arguments are no JSON, or the occurrence is no short text; nothing is fired.
        SecondEffect: a second one of this action in this step has no occurrence of its own; the first stands.
        EffectMismatch, TamperedCheckpoint: the stored effect has other arguments, or was changed; nothing is fired.
        InDoubt: it was started, and its outcome is unknown or not proved.
        BadReceipt: it happened, and its receipt is too large to hand on.
    """
    run, started = active_run(), time.time()
    step, scope, request = current_step(run), scope_of(run), _canonical_request(action, args, occurrence)
    with _reserve_name(scope, action, occurrence):
        key, older_key = _key(run, scope, action, occurrence), _older_key(run, step, occurrence)
        row, may_fire = await run.resources.database.do(lambda tx: _intend(tx, run, (key, older_key), action, request))
        if row.status == "done":
            return _receipt(row)
        if row.status == "in_doubt" or not (may_fire or idempotent):
            await _store_outcome(run, row, "in_doubt", row.receipt)
            raise InDoubt(row.key, f"{row.key} was started and its outcome is unknown; {ADVICE}")
        receipt = await _fire(run, step, row, execute, idempotent=idempotent)
    state = {"action": action, "args": json.loads(request)["args"]}
    output = json.dumps(receipt)
    run.resources.spans.record(step, kind="effect", status="done", started=started, state=state, output=output)
    return receipt


def _canonical_request(action: str, args: dict[str, Any], occurrence: str | None) -> str:
    """The action and its masked arguments as JSON text with sorted keys, by which an effect is compared."""
    if occurrence is not None and not (isinstance(occurrence, str) and 0 < len(occurrence) <= LONGEST_OCCURRENCE):
        raise UsageError(f"an occurrence is a text of 1 to {LONGEST_OCCURRENCE} characters; {occurrence!r:.80} is not")
    try:
        return redact_json(canonical({"action": action, "args": args}))
    except ValueError as error:
        raise UsageError(f"the arguments of {action} are no JSON: {error}; nothing was fired") from error


@contextmanager
def _reserve_name(scope: StepScope, action: str, occurrence: str | None) -> Iterator[None]:
    """Reserve the name of an effect in its step; where the block raises, it is released for another attempt."""
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
    parts = [*([call] if call else []), action]
    return f"{_begin_of_keys(run, path)}{'/'.join(parts)}:{occurrence or '0'}"


def _begin_of_keys(run: ActiveRun, path: str) -> str:
    """What the keys of all effects of a step begin with."""
    return f"{run.thread_id}:{run.run}:{run.resources.database.id}:{path}/"


def _older_key(run: ActiveRun, step: StepRef, occurrence: str | None) -> str | None:
    """The key of this effect in older databases, with one run a thread; an effect begun under it keeps it."""
    return f"{run.thread_id}:{step.step}:{occurrence or '0'}" if run.run == 1 else None


async def _fire(run: ActiveRun, step: StepRef, row: EffectRow, execute: Execute, *, idempotent: bool) -> Any:
    """Execute an effect, store its outcome, and return its receipt."""
    earliest = min(row.created_at, time.time()) - CLOCKS_APART_S  # our own clock may have been set back since
    try:
        result = execute(row.key)
        receipt = _mask_receipt(await result if isawaitable(result) else result)
    except Transient as error:
        if idempotent:
            raise  # still pending: the next attempt sends the same key
        await _store_outcome(run, row, "in_doubt", None)
        raise InDoubt(row.key, f"{step.step}: no answer ({error}); {ADVICE}") from error
    except Exception:
        await _store_outcome(run, row, "refused", None)
        raise
    if fault := _receipt_fault(row, receipt, earliest):
        await _store_outcome(run, row, "in_doubt", json.dumps(receipt))
        raise InDoubt(row.key, f"{step.step}: the receipt is not for what was asked ({fault}); {ADVICE}")
    return _receipt(await _store_outcome(run, row, "done", json.dumps(receipt)))


def _mask_receipt(receipt: Any) -> Any:
    """A receipt in the form that is stored and returned: plain JSON, and masked."""
    return json.loads(redact_texts(json.dumps(plain_json(receipt)).encode()))


def _receipt(row: EffectRow) -> Any:
    """The stored receipt of a done effect; raises BadReceipt where it is too large."""
    text = row.receipt or "null"
    if len(text) > MOST_RECEIPT:
        raise BadReceipt(
            row.key,
            f"{row.key} happened and will not be fired again; its receipt of {len(text):,} bytes is kept"
            f" and too large to go on with: baton dead-letters settle ID --done JSON, with what the run needs of it",
        )
    return json.loads(text)


def _receipt_fault(row: EffectRow, receipt: Any, earliest: float) -> str | None:
    """Why a receipt is not for an intent; None where no field of it contradicts the intent.

    The fields compared are those that receivers use: `action`, `args`, `key` or `idempotency_key`, and `at` or
    `created_at` (ISO 8601, or Unix seconds).
    """
    if not isinstance(receipt, dict):
        return None
    request = json.loads(row.args)
    sent = {"action": request["action"], "args": request["args"], "key": row.key, "idempotency_key": row.key}
    masked, sent = (json.loads(redact_json(json.dumps(each))) for each in (receipt, sent))  # as they are stored
    for name, value in sent.items():
        if name in masked and not fits(masked[name], value):
            return f"its {name} is {masked[name]!r:.120}"
    at = next((_unix_seconds(receipt[name]) for name in ("at", "created_at") if name in receipt), None)
    return "it is older than what was asked" if at is not None and at < earliest else None


def _unix_seconds(at: Any) -> float | None:
    """A time as Unix seconds; None where it cannot be read, or has no time zone."""
    if isinstance(at, int | float):
        return float(at)
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None  # without a zone the time is unknown


def _intend(
    tx: Transaction, run: ActiveRun, keys: tuple[str, str | None], action: str, request: str
) -> tuple[EffectRow, bool]:
    """Store the intent of an effect unless it is there; returns its row, and whether it was not fired before.

    `keys` are the effect's key and the one that an older database gave it.
    """
    run.guard(tx)
    signer, (key, older_key) = run.resources.signer, keys
    row, is_new = older_key and _find(tx, older_key), False
    if not row:
        intent = EffectRow(key, run.thread_id, run.run, action, request, "pending")._asdict()
        values = {**intent, "now": time.time(), "seal": signer.sign_row("effects", intent)}
        is_new = bool(tx.execute(INTENT, values).rowcount)
        row = EffectRow(*tx.execute(BY_KEY, (key,)).fetchone())
    signer.verify_row("effects", row._asdict(), row.seal)
    if json.loads(first := redact_json(row.args)) != json.loads(request):
        raise EffectMismatch(row.key, first, request)
    if row.status == "not_done":  # a person has looked
        row, is_new = row._replace(status="pending"), True
        tx.execute(REOPEN, {"key": row.key, "seal": signer.sign_row("effects", row._asdict()), "now": time.time()})
    return row, is_new


def _find(tx: Transaction, key: str) -> EffectRow | None:
    row = tx.execute(BY_KEY, (key,)).fetchone()
    return None if row is None else EffectRow(*row)


def find_unsettled(tx: Transaction, run: ActiveRun, path: str) -> str | None:
    """Return the key of the effect of a step that a person can settle; None where the step has none."""
    values = {"thread_id": run.thread_id, "run": run.run, "begin": _begin_of_keys(run, path), "most": MOST_RECEIPT}
    row = tx.execute(UNSETTLED, values).fetchone()
    return None if row is None else str(row[0])


def settle(tx: Transaction, signer: Signer, settled: Settlement) -> None:
    """Store a person's finding about an effect in doubt: it was done, with this receipt, or it may be fired again.

    Raises:
        UsageError: it is not in doubt, nor is its receipt too large.
    """
    key, receipt, done = settled.key, json.dumps(_mask_receipt(settled.receipt)), settled.done
    row = _find(tx, key)
    status = "not there" if row is None else row.status
    if row is None or not (status == "in_doubt" or (done and _is_too_large(row))):
        raise UsageError(f"{key} is {status.replace('_', ' ')}, not in doubt; nothing was changed")
    signer.verify_row("effects", row._asdict(), row.seal)
    row = row._replace(status="done" if done else "not_done", receipt=receipt if done else None)
    values = {**row._asdict(), "seal": signer.sign_row("effects", row._asdict())}
    tx.execute(SETTLE, {**values, "settled_by": settled.by, "now": time.time()})


def _is_too_large(row: EffectRow) -> bool:
    return row.status == "done" and len(row.receipt or "") > MOST_RECEIPT


async def _store_outcome(run: ActiveRun, row: EffectRow, status: EffectStatus, receipt: str | None) -> EffectRow:
    """Store the status and the receipt of an effect, signed; one that is done stays as it is."""
    row = row._replace(status=status, receipt=receipt)
    values = {**row._asdict(), "seal": run.resources.signer.sign_row("effects", row._asdict()), "now": time.time()}
    await run.resources.database.do(lambda tx: tx.execute(CLOSE, values).rowcount)
    return row
