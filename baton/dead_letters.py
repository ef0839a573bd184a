"""Steps that failed for good are parked with their evidence, once per `thread:step:occurrence`."""

import hashlib
import json
import time
from importlib.metadata import version
from typing import Any

from langgraph.errors import NodeError, NodeTimeoutError
from langgraph.graph import END
from langgraph.types import Command
from pydantic_core import to_json

from baton.active import ActiveRun, active_run, execution, step_path
from baton.database import Transaction
from baton.errors import (
    BadAnswer,
    CrashLoop,
    EffectMismatch,
    GateFailed,
    InDoubt,
    LeaseLost,
    NeedsMigration,
    OverBudget,
    ShapeError,
    Transient,
)
from baton.redact import redact, redact_json
from baton.spans import sendable

REASONS: dict[type[BaseException], str] = {
    ShapeError: "shape",
    BadAnswer: "bad_answer",
    GateFailed: "gate",
    OverBudget: "over_budget",
    EffectMismatch: "effect_mismatch",
    InDoubt: "in_doubt",
    NeedsMigration: "needs_migration",
    CrashLoop: "crash_loop",
    NodeTimeoutError: "timeout",
    Transient: "unavailable",
}
INSERT = (
    "INSERT INTO dead_letters (letter_id, thread_id, step, occurrence, reason, error, evidence, status, ends_run,"
    " created_at, updated_at) VALUES (:letter_id, :thread_id, :step, :occurrence, :reason, :error, :evidence, 'open',"
    " :ends_run, :now, :now) ON CONFLICT (thread_id, step, occurrence)"
    " DO UPDATE SET status = 'open', error = excluded.error, updated_at = excluded.updated_at"
)
ATTEMPTS = "SELECT attempt, started_at, error FROM spans WHERE thread_id = ? AND step = ? AND error IS NOT NULL"


async def park(state: Any, error: NodeError) -> Command[Any]:
    """End the run with a dead letter: for `set_node_defaults(error_handler=park)`.

    `state` is the failed step's raw input; the letter keeps it, redacted, with every attempt's error.
    """
    if isinstance(error.error, LeaseLost):
        raise error.error  # the run lives on in another process; it is not this one's to end
    info = execution()
    step = "/".join([*step_path(info.checkpoint_ns).split("/")[:-1], error.node])
    await record(active_run(), step, state, error.error, checkpoint_id=info.checkpoint_id)
    return Command(goto=END)


async def record(
    run: ActiveRun,
    step: str,
    state: Any,
    error: BaseException | str,
    *,
    checkpoint_id: str | None,
    ends_run: bool = True,
) -> str:
    """Keep what failed with its evidence; the same failure again changes nothing. Returns the letter's id."""
    request = to_json(state, fallback=str).decode()
    occurrence = hashlib.sha256(request.encode()).hexdigest()[:12]
    letter = {
        "letter_id": f"dl-{hashlib.sha256(f'{run.thread_id}:{step}:{occurrence}'.encode()).hexdigest()[:12]}",
        "thread_id": run.thread_id,
        "step": step,
        "occurrence": occurrence,
        "reason": reason_of(error),
        "error": redact(sendable(error if isinstance(error, str) else f"{type(error).__name__}: {error}")),
        "ends_run": ends_run,
        "now": time.time(),
    }
    evidence = {
        "request": json.loads(redact_json(request)),
        "checkpoint_id": checkpoint_id,
        "version": version("baton"),
    }
    run.plumbing.spans.hand_over()
    await run.plumbing.database.do(lambda tx: _insert(tx, run, letter, evidence))
    return str(letter["letter_id"])


def reason_of(error: BaseException | str) -> str:
    """The reason class of an error; after a restart the framework hands it on as text."""
    return next((reason for kind, reason in REASONS.items() if isinstance(error, kind)), "failure")


def _insert(tx: Transaction, run: ActiveRun, letter: dict[str, Any], evidence: dict[str, Any]) -> None:
    run.guard(tx)
    attempts = [dict(row) for row in tx.execute(ATTEMPTS, (run.thread_id, letter["step"])).fetchall()]
    tx.execute(INSERT, {**letter, "evidence": json.dumps({**evidence, "attempts": attempts})})
