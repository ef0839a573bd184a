"""Error handlers that record a step which failed for good, with its evidence, as a dead letter.

`dead_letter` ends the run; `dead_letter_branch(join)` lets a fan-out go on without its failed worker. A step of a graph
inside another is recorded where it failed, and the graph around it decides by its own handler how the run goes on.
There is one dead letter for each `thread:run:path:occurrence`.
"""

import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import Any

from langgraph.errors import NodeError, NodeTimeoutError
from langgraph.graph import END
from langgraph.types import Command

from baton import _langgraph as framework
from baton.errors import (
    BadAnswer,
    BadReceipt,
    BatonError,
    CapReached,
    CrashLoop,
    EffectMismatch,
    GateFailed,
    InDoubt,
    LeaseLost,
    NeedsMigration,
    OverBudget,
    Parked,
    ReducerFailed,
    SecondEffect,
    SecondQuestion,
    ShapeError,
    Transient,
)
from baton.plain import json_text
from baton.records import Record
from baton.redact import redact_error, redact_json
from baton.runtime.active import ActiveRun, active_run, checkpoint_refs, execution_info
from baton.steps.effects import find_unsettled
from baton.steps.scopes import scope_of
from baton.storage.dead_letter_rows import get, put, set_ends_run
from baton.storage.records import CheckpointRef, DeadLetter, Evidence, FailedAttempt
from baton.storage.transaction import Transaction

REASONS: dict[type[BaseException], str] = {
    ReducerFailed: "reducer",
    ShapeError: "shape",
    BadAnswer: "bad_answer",
    GateFailed: "gate",
    OverBudget: "over_budget",
    CapReached: "cap_reached",
    EffectMismatch: "effect_mismatch",
    SecondEffect: "second_effect",
    SecondQuestion: "second_question",
    InDoubt: "in_doubt",
    BadReceipt: "bad_receipt",
    NeedsMigration: "needs_migration",
    CrashLoop: "crash_loop",
    NodeTimeoutError: "timeout",
    Transient: "unavailable",
}
OF_AN_EFFECT = (REASONS[InDoubt], REASONS[BadReceipt])  # a person settles it
ATTEMPTS = (
    "SELECT attempt, started_at, latency_ms, error FROM spans"
    " WHERE thread_id = :thread_id AND run = :run AND step = :step"
    " AND (:task IS NULL OR task_id = :task) AND error IS NOT NULL"
)
WRITERS = (
    "SELECT DISTINCT coalesce(spans.step, writes.task_id), writes.checkpoint_id, writes.task_id FROM writes"
    " LEFT JOIN spans ON spans.thread_id = writes.thread_id AND spans.run = :run AND spans.task_id = writes.task_id"
    " AND spans.kind = 'step' WHERE writes.thread_id = :thread_id AND writes.checkpoint_ns = '' AND channel = :key"
    " AND writes.checkpoint_id = (SELECT checkpoint_id FROM checkpoints WHERE thread_id = :thread_id"
    " AND checkpoint_ns = '' ORDER BY seq DESC LIMIT 1)"
)
DEAD_LETTER_ID = re.compile(r"Parked\('(dl-[0-9a-f]{12})'\)")  # after a restart the framework hands errors on as text
MOST_RAW = 16_384  # characters of a model's answer in the evidence


class Failure(Record):
    """A worker that failed, for the join of a fan-out; `request` is the worker's input."""

    letter_id: str
    step: str
    reason: str
    error: str
    request: Any


async def dead_letter(state: Any, error: NodeError) -> Command[Any]:
    """End the run with a dead letter: for `set_node_defaults(error_handler=dead_letter)`.

    `state` is the failed step's raw input; the dead letter holds it, redacted, with every attempt's error. The steps
    beside the failed one, and those after them, end as they would have: the run is over when they are.

    Raises:
        Parked: this graph is a step of another, which decides how the run goes on.
    """
    letter_id = await _record_failure(state, error, ends_run=True)
    if framework.is_inner(execution_info().checkpoint_ns):
        raise Parked(letter_id)
    active_run().ended_by = letter_id
    return Command(goto=END)


def dead_letter_branch(join: str, failures: str = "failures") -> Callable[[Any, NodeError], Awaitable[Command[Any]]]:
    """An error handler for fan-out workers: record the failure, add it to the state's `failures` and go to `join`.

    `failures` names a list of `Failure` with a reducer; `join` is a deferred node, so that it runs once.
    """

    async def dead_letter_branch(state: Any, error: NodeError) -> Command[Any]:
        letter_id = await _record_failure(state, error, ends_run=False)
        letter = await active_run().resources.database.do(lambda tx: get(tx, letter_id))
        failure = Failure(
            letter_id=letter_id, step=letter.step, reason=letter.reason, error=letter.error, request=state
        )
        return Command(update={failures: [failure]}, goto=join)

    return dead_letter_branch


park, park_branch = dead_letter, dead_letter_branch  # their names of before


async def _record_failure(state: Any, error: NodeError, *, ends_run: bool) -> str:
    """Record the failed step, unless a graph inside it did already; returns the dead letter's id."""
    if isinstance(error.error, LeaseLost):
        raise error.error  # another process works the run now, and this one must not end it
    run, info = active_run(), execution_info()
    if inside := DEAD_LETTER_ID.search(repr(error.error)):
        letter_id = inside[1]
        await run.resources.database.do(lambda tx: set_ends_run(tx, run, letter_id, ends_run=ends_run))
        return letter_id
    step = "/".join([*framework.step_path(info.checkpoint_ns).split("/")[:-1], error.node])
    return await record_dead_letter(
        run,
        step,
        state,
        error.error,
        checkpoint_id=info.checkpoint_id,
        ends_run=ends_run,
        places=[checkpoint_refs()],
        path=_path(run),
        may_send=scope_of(run).may_send,
    )


def _path(run: ActiveRun) -> str:
    """The failed step's path; empty where its graph counts no visits."""
    try:
        return scope_of(run).path()
    except BatonError:
        return ""


async def record_dead_letter(
    run: ActiveRun,
    step: str,
    state: Any,
    error: BaseException | str,
    *,
    checkpoint_id: str | None,
    ends_run: bool = True,
    places: Sequence[list[CheckpointRef]] = (),
    path: str = "",
    may_send: bool = False,
) -> str:
    """Record a failed step with its evidence; the same failure again reopens its dead letter. Returns the letter's id.

    `places` are the checkpoints of each step that a replay does again, outermost graph first; without one the dead
    letter cannot be replayed.
    """
    request, now = json_text(state).decode(), time.time()
    occurrence = _short_hash(request)
    letter = DeadLetter(
        letter_id=f"dl-{_short_hash(f'{run.thread_id}:{run.run}:{path or step}:{occurrence}')}",
        thread_id=run.thread_id,
        run=run.run,
        path=path,
        step=step,
        occurrence=occurrence,
        reason=reason_of(error),
        error=redact_error(error if isinstance(error, str) else f"{type(error).__name__}: {error}"),
        evidence=_evidence(request, error, checkpoint_id, places, may_send=may_send),
        ends_run=ends_run,
        created_at=now,
        updated_at=now,
    )
    again = isinstance(error, str)  # the framework hands an error on as text where a handler runs again
    await run.resources.database.do(lambda tx: _insert(tx, run, letter, again=again))
    return letter.letter_id


def _evidence(
    request: str,
    error: BaseException | str,
    checkpoint_id: str | None,
    places: Sequence[list[CheckpointRef]],
    *,
    may_send: bool,
) -> Evidence:
    """The evidence of a failure, without its attempts; `request` is the step's input as JSON text."""
    return {
        "request": json.loads(redact_json(request)),
        "raw": redact_error(error.raw[:MOST_RAW]) if isinstance(error, BadAnswer) else None,
        "checkpoint_id": checkpoint_id,
        "places": list(places),
        "version": version("baton"),
        "may_send": may_send,
        "effect": getattr(error, "key", None) if isinstance(error, InDoubt | BadReceipt) else None,
        "attempts": [],
    }


async def record_reducer_failure(run: ActiveRun, error: ReducerFailed) -> str:
    """Record that a reducer failed on the values of the steps of one superstep; a replay does those steps again.

    Returns the dead letter's id. A reducer runs after its steps have ended, so no error handler of theirs sees it.
    """
    writers = await run.resources.database.do(lambda tx: _reducer_writers(tx, run, error.key))
    named_error = ReducerFailed(error.key, error.cause, sorted({step for step, _, _ in writers}))
    return await record_dead_letter(
        run,
        " and ".join(named_error.steps) or error.key,
        {"key": error.key},
        named_error,
        checkpoint_id=writers[0][1] if writers else None,
        places=[[CheckpointRef("", checkpoint, task)] for _, checkpoint, task in writers],
    )


def _reducer_writers(tx: Transaction, run: ActiveRun, key: str) -> list[tuple[str, str, str]]:
    """The steps that wrote a key in the current superstep of a thread: step, checkpoint id, task id."""
    values = {"thread_id": run.thread_id, "run": run.run, "key": key}
    return [tuple(row) for row in tx.execute(WRITERS, values).fetchall()]


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def reason_of(error: BaseException | str) -> str:
    """The reason class of an error; after a restart the framework hands it on as text that begins with its class."""
    if isinstance(error, str):
        return {kind.__name__: reason for kind, reason in REASONS.items()}.get(error.partition("(")[0], "failure")
    return next((reason for kind, reason in REASONS.items() if isinstance(error, kind)), "failure")


def _insert(tx: Transaction, run: ActiveRun, letter: DeadLetter, *, again: bool) -> None:
    """Insert a dead letter, with the failed attempts of its step from the spans."""
    run.guard(tx)
    task = letter.checkpoints[0][-1].task_id if letter.checkpoints else None
    rows = tx.execute(ATTEMPTS, {**letter._asdict(), "task": task}).fetchall()
    attempts = [FailedAttempt(attempt=each[0], started_at=each[1], latency_ms=each[2], error=each[3]) for each in rows]
    evidence: Evidence = {**letter.evidence, "attempts": attempts}
    if again and letter.reason in OF_AN_EFFECT:  # the text of an error does not always name the key
        evidence["effect"] = find_unsettled(tx, run, letter.path or letter.step)
    put(tx, letter._replace(evidence=evidence), again=again)
