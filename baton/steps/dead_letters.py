"""Steps that failed for good are parked with their evidence, once per `thread:run:path:occurrence`.

`park` ends the run; `park_branch(join)` lets a fan-out go on without its failed worker. A step of a graph inside
another is kept where it failed, and the graph around it decides how the run goes on, by its own handler.
"""

import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

from langgraph.errors import NodeError, NodeTimeoutError
from langgraph.graph import END
from langgraph.types import Command
from pydantic_core import to_json

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
    SecondEffect,
    ShapeError,
    Transient,
)
from baton.records import Record
from baton.redact import redact_error, redact_json
from baton.runtime.active import ActiveRun, Level, active_run, execution, place
from baton.steps.scopes import scope_of
from baton.storage.letter_rows import get, put, set_ends_run
from baton.storage.transaction import Transaction

REASONS: dict[type[BaseException], str] = {
    ShapeError: "shape",
    BadAnswer: "bad_answer",
    GateFailed: "gate",
    OverBudget: "over_budget",
    CapReached: "cap_reached",
    EffectMismatch: "effect_mismatch",
    SecondEffect: "second_effect",
    InDoubt: "in_doubt",
    BadReceipt: "bad_receipt",
    NeedsMigration: "needs_migration",
    CrashLoop: "crash_loop",
    NodeTimeoutError: "timeout",
    Transient: "unavailable",
}
ATTEMPTS = (
    "SELECT attempt, started_at, latency_ms, error FROM spans"
    " WHERE thread_id = :thread_id AND run = :run AND step = :step"
    " AND (:task IS NULL OR task_id = :task) AND error IS NOT NULL"
)
PARKED = re.compile(r"Parked\('(dl-[0-9a-f]{12})'\)")  # what an error is after a restart: text
MOST_RAW = 16_384  # characters kept of an answer that was of no use


class Failure(Record):
    """What a join is told of a worker that failed; `request` is what the worker was given."""

    letter_id: str
    step: str
    reason: str
    error: str
    request: Any


async def park(state: Any, error: NodeError) -> Command[Any]:
    """End the run with a dead letter: for `set_node_defaults(error_handler=park)`.

    `state` is the failed step's raw input; the letter keeps it, redacted, with every attempt's error. What runs beside
    the failed step, and the steps after it, end as they would have: the run is over when they are.

    Raises:
        Parked: this graph is a step of another, which decides how the run goes on.
    """
    letter_id = await _kept(state, error, ends_run=True)
    if framework.is_inner(execution().checkpoint_ns):
        raise Parked(letter_id)
    active_run().ended_by = letter_id
    return Command(goto=END)


def park_branch(join: str, failures: str = "failures") -> Callable[[Any, NodeError], Awaitable[Command[Any]]]:
    """An error handler for fan-out workers: keep the failure, add it to the state's `failures` and go to `join`.

    `failures` names a list of `Failure` with a reducer; `join` is a deferred node, so that it runs once.
    """

    async def park_branch(state: Any, error: NodeError) -> Command[Any]:
        letter_id = await _kept(state, error, ends_run=False)
        letter = await active_run().plumbing.database.do(lambda tx: get(tx, letter_id))
        told = {name: letter[name] for name in ("letter_id", "step", "reason", "error")}
        return Command(update={failures: [Failure(**told, request=state)]}, goto=join)

    return park_branch


async def _kept(state: Any, error: NodeError, *, ends_run: bool) -> str:
    """The id of the letter that keeps what failed here, or in a graph inside this step."""
    if isinstance(error.error, LeaseLost):
        raise error.error  # the run lives on in another process; it is not this one's to end
    run, info = active_run(), execution()
    if inside := PARKED.search(repr(error.error)):
        letter_id = inside[1]
        await run.plumbing.database.do(lambda tx: set_ends_run(tx, run, letter_id, ends_run=ends_run))
        return letter_id
    step = "/".join([*framework.step_path(info.checkpoint_ns).split("/")[:-1], error.node])
    return await record(
        run,
        step,
        state,
        error.error,
        checkpoint_id=info.checkpoint_id,
        ends_run=ends_run,
        stood=place(),
        path=_path(run),
    )


def _path(run: ActiveRun) -> str:
    """The failed step with its visit; nothing where its graph counts none."""
    try:
        return scope_of(run).path()
    except BatonError:
        return ""


async def record(
    run: ActiveRun,
    step: str,
    state: Any,
    error: BaseException | str,
    *,
    checkpoint_id: str | None,
    ends_run: bool = True,
    stood: list[Level] | None = None,
    path: str = "",
) -> str:
    """Keep what failed with its evidence; the same failure again opens the same letter. Returns the letter's id.

    Without where it `stood` the letter cannot be replayed.
    """
    request = to_json(state, fallback=str).decode()
    occurrence = _short_hash(request)
    letter = {
        "letter_id": f"dl-{_short_hash(f'{run.thread_id}:{run.run}:{path or step}:{occurrence}')}",
        "thread_id": run.thread_id,
        "run": run.run,
        "path": path,
        "step": step,
        "occurrence": occurrence,
        "reason": reason_of(error),
        "error": redact_error(error if isinstance(error, str) else f"{type(error).__name__}: {error}"),
        "ends_run": ends_run,
        "now": time.time(),
    }
    evidence = {
        "request": json.loads(redact_json(request)),
        "raw": redact_error(error.raw[:MOST_RAW]) if isinstance(error, BadAnswer) else None,
        "checkpoint_id": checkpoint_id,
        "places": [stood] if stood else [],
        "version": version("baton"),
        "may_send": bool(stood) and scope_of(run).may_send,
        "effect": getattr(error, "key", None) if isinstance(error, InDoubt | BadReceipt) else None,
    }
    again = isinstance(error, str)  # the framework hands an error on as text where a handler runs anew
    await run.plumbing.database.do(lambda tx: _put(tx, run, letter, evidence, again=again))
    return str(letter["letter_id"])


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def reason_of(error: BaseException | str) -> str:
    """The reason class of an error; after a restart the framework hands it on as text, which begins with its name."""
    if isinstance(error, str):
        return {kind.__name__: reason for kind, reason in REASONS.items()}.get(error.partition("(")[0], "failure")
    return next((reason for kind, reason in REASONS.items() if isinstance(error, kind)), "failure")


def _put(tx: Transaction, run: ActiveRun, letter: dict[str, Any], evidence: dict[str, Any], *, again: bool) -> None:
    run.guard(tx)
    task = evidence["places"][0][-1][2] if evidence["places"] else None
    attempts = [dict(row) for row in tx.execute(ATTEMPTS, {**letter, "task": task}).fetchall()]
    put(tx, letter, {**evidence, "attempts": attempts}, again=again)
