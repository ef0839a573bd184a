"""The rows of runs: plain functions over a transaction. Light on purpose, see `baton.home`."""

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import uuid4

from baton.errors import Held, ThreadInUse, UnknownThread
from baton.redact import redact_error

if TYPE_CHECKING:
    from baton.active import ActiveRun
    from baton.database import Transaction
    from baton.seals import Seals

Status = Literal["queued", "running", "waiting", "done", "dead_lettered", "failed"]
RESUMABLE = ("queued", "running", "failed")

INSERT = (
    "INSERT INTO runs (thread_id, graph, origin, status, input, context, fingerprint, line, budget_tokens,"
    " budget_nanousd, created_at, updated_at, seal) VALUES (:thread_id, :graph, 'run', 'queued', :input, :context,"
    " :fingerprint, :line, :budget_tokens, :budget_nanousd, :now, :now, :seal) ON CONFLICT (thread_id) DO NOTHING"
)
CLAIM = (
    "UPDATE runs SET recoveries = recoveries + (status = 'running'), status = 'running', error = NULL,"
    " fence = fence + 1, holder = :holder, lease_until = :until, updated_at = :now"
    " WHERE thread_id = :thread_id AND (lease_until < :steady OR holder NOT LIKE :boot || '%')"
)
RECORDED = (
    "WHEN {paused} AND EXISTS (SELECT 1 FROM approvals WHERE thread_id = {thread} AND decision IS NULL) THEN 'waiting'"
    " WHEN EXISTS (SELECT 1 FROM dead_letters WHERE thread_id = {thread} AND ends_run AND status = 'open')"
    " THEN 'dead_lettered' ELSE 'done' END"
)
"""The end of a CASE: the status of a run that came to an end, from what is recorded of it."""

OUTCOME = "CASE WHEN :error IS NOT NULL THEN 'failed' WHEN :parked THEN 'dead_lettered' " + RECORDED.format(
    paused=":paused", thread=":thread_id"
)
ADOPT = (
    "WITH told (thread_id, graph, origin, budget_tokens, budget_nanousd, began, ended, error, created_at, latency_ms)"
    " AS (VALUES {rows}) INSERT INTO runs (thread_id, graph, origin, budget_tokens, budget_nanousd, error, created_at,"
    " latency_ms, updated_at, status) SELECT thread_id, graph, origin, budget_tokens, budget_nanousd, error,"
    " created_at, latency_ms, coalesce(ended, began),"
    " CASE WHEN ended IS NULL THEN 'running' WHEN error IS NOT NULL THEN 'failed' "
    + RECORDED.format(paused="TRUE", thread="told.thread_id")
    + " FROM told WHERE TRUE ON CONFLICT (thread_id) DO UPDATE SET status = excluded.status,"
    " error = excluded.error, latency_ms = runs.latency_ms + excluded.latency_ms, updated_at = excluded.updated_at"
)
FINISH = (
    f"UPDATE runs SET status = {OUTCOME}, output = CASE {OUTCOME} WHEN 'done' THEN coalesce(:output, output) END,"
    f" output_seal = CASE {OUTCOME} WHEN 'done' THEN coalesce(:output_seal, output_seal) END,"
    " error = :error, lease_until = 0, latency_ms = latency_ms + :took, updated_at = :now WHERE thread_id = :thread_id"
)
RELEASE = (
    "UPDATE runs SET status = 'queued', lease_until = 0, latency_ms = latency_ms + :took, updated_at = :now"
    " WHERE thread_id = :thread_id AND fence = :fence"
)
LETTERS = "SELECT letter_id, step, error, ends_run FROM dead_letters WHERE thread_id = ? AND status = 'open'"
WAITING = "SELECT * FROM approvals WHERE thread_id = ? AND decision IS NULL ORDER BY created_at, interrupt_id"
RENEW = "UPDATE runs SET lease_until = :until WHERE status = 'running' AND holder = :holder"


def boot_id() -> str:
    """This boot of this machine: the steady clock means nothing beyond it."""
    source = Path("/proc/sys/kernel/random/boot_id")
    return source.read_text().strip() if source.exists() else f"{os.uname().nodename}"


def new_holder() -> str:
    """A name for one process that holds leases."""
    return f"{boot_id()}:{os.getpid()}:{uuid4().hex[:8]}"


def steady() -> float:
    """Seconds on the clock that all processes of this boot share and that no one can set back."""
    return time.monotonic()


def queue(tx: "Transaction", rows: Iterable[dict[str, Any]], seals: "Seals") -> None:
    """Insert queued runs, all or none; `budget_tokens` and `budget_nanousd` are None where there is no cap.

    Raises:
        ThreadInUse: a thread id is taken.
    """
    now = time.time()
    for row in rows:
        if not tx.execute(INSERT, {**row, "seal": seals.mark("runs", row), "now": now}).rowcount:
            raise ThreadInUse(
                f"the thread id {row['thread_id']!r} is in use; choose another, or: baton resume {row['thread_id']}"
            )


class Adopted(NamedTuple):
    """What is known of a run that was not queued here, when it begins and when it ends."""

    thread_id: str
    graph: str
    origin: str
    budget_tokens: int
    budget_nanousd: int | None
    began: float
    ended: float | None = None
    error: str | None = None


def adopt(tx: "Transaction", told: list[Adopted]) -> None:
    """Write the rows of runs that were not queued here: each as it was told of last, with the time of all its calls."""
    created: dict[str, float] = {}
    took_ms: dict[str, float] = {}
    for each in told:
        created.setdefault(each.thread_id, each.began)
        took = (each.ended - each.began) * 1000 if each.ended else 0.0
        took_ms[each.thread_id] = took_ms.get(each.thread_id, 0.0) + took
    rows = [
        (*each[:-1], each.error and redact_error(each.error), created[each.thread_id], took_ms[each.thread_id])
        for each in {each.thread_id: each for each in told}.values()
    ]
    tx.execute_rows(ADOPT, rows)


def claim(tx: "Transaction", thread_id: str, holder: str, lease_s: float) -> dict[str, Any] | None:
    """Take the lease of a run and return its row; None while it is held, by whomever."""
    now, clock = time.time(), steady()
    values = {"thread_id": thread_id, "holder": holder, "until": clock + lease_s, "steady": clock, "now": now}
    taken = tx.execute(CLAIM, {**values, "boot": holder.partition(":")[0]}).rowcount
    return get(tx, thread_id) if taken else None


def held(thread_id: str) -> Held:
    """The refusal where another process works a run."""
    return Held(f"{thread_id} is being worked; try again when that is done")


def lease_ran_out(row: dict[str, Any], holder: str) -> bool:
    """Whether nobody holds the run of a row, seen by a process of this boot."""
    return row["lease_until"] < steady() or not str(row["holder"]).startswith(holder.partition(":")[0])


def renew(tx: "Transaction", holder: str, lease_s: float) -> None:
    """Prolong every lease of a process."""
    tx.execute(RENEW, {"holder": holder, "until": steady() + lease_s})


def finish(
    tx: "Transaction",
    run: "ActiveRun",
    *,
    output: str | None,
    error: str | None,
    took_ms: float,
    parked: bool = False,
    paused: bool = True,
) -> None:
    """Close a run's row and let its lease go; the status follows from what is recorded.

    `parked` says that the run as a whole is dead-lettered, whatever it still waits for; `paused` that its graph may
    stand at a question: one that ended waits for nothing, though a question was left open.

    Raises:
        LeaseLost: another process took the run over.
    """
    run.guard(tx)
    values = {"thread_id": run.thread_id, "output": output, "took": took_ms, "now": time.time()}
    seal = run.plumbing.seals.mark("outputs", values) if output else None
    told = {"error": error and redact_error(error), "output_seal": seal, "parked": parked, "paused": paused}
    tx.execute(FINISH, {**values, **told})


def release(tx: "Transaction", run: "ActiveRun", took_ms: float) -> None:
    """Put a run that was stopped in the middle back into the queue, unless another process took it over."""
    values = {"thread_id": run.thread_id, "fence": run.fence, "took": took_ms, "now": time.time()}
    tx.execute(RELEASE, values)


def get(tx: "Transaction", thread_id: str) -> dict[str, Any]:
    """One run.

    Raises:
        UnknownThread: there is none of that id.
    """
    row = tx.execute("SELECT * FROM runs WHERE thread_id = ?", (thread_id,)).fetchone()
    if row is None:
        raise UnknownThread(f"no run has the thread id {thread_id!r}; `baton runs` lists them")
    return dict(row)


def resumable(tx: "Transaction") -> list[str]:
    """Threads that a process here may go on with, oldest first."""
    sql = "SELECT thread_id FROM runs WHERE origin = 'run' AND status IN (?, ?, ?) ORDER BY created_at, rowid"
    return [row[0] for row in tx.execute(sql, RESUMABLE).fetchall()]


def listing(
    tx: "Transaction", *, status: str | None = None, graph: str | None = None, limit: int = -1, offset: int = 0
) -> list[dict[str, Any]]:
    """Runs, newest first, each with what it waits for."""
    wheres = [f"{column} = :{column}" for column, value in (("status", status), ("graph", graph)) if value]
    sql = f"SELECT * FROM runs {'WHERE ' + ' AND '.join(wheres) if wheres else ''}"
    values = {"status": status, "graph": graph, "limit": limit, "offset": offset}
    rows = tx.execute(f"{sql} ORDER BY created_at DESC, rowid DESC LIMIT :limit OFFSET :offset", values).fetchall()
    return [summary(tx, dict(row)) for row in rows]


def check(tx: "Transaction", row: dict[str, Any], seals: "Seals") -> None:
    """Hold what `summary` tells of a run against its seals; a listing of many runs is not worth it.

    Raises:
        TamperedCheckpoint: its output, or a question that it waits for, was changed.
    """
    if row["output"] is not None:
        seals.check("outputs", row, row["output_seal"])
    for asked in tx.execute(WAITING, (row["thread_id"],)).fetchall():
        seals.check("approvals", asked, asked["seal"])


def summary(tx: "Transaction", row: dict[str, Any]) -> dict[str, Any]:
    """What programs are told about one run."""
    thread = row["thread_id"]
    letters = tx.execute(LETTERS, (thread,)).fetchall()
    parked = next((f"{each['step']}: {each['error']}" for each in letters if each["ends_run"]), None)
    return {
        **({"line": row["line"]} if row["line"] is not None else {}),
        **{name: row[name] for name in ("thread_id", "graph", "status", "origin", "created_at", "updated_at")},
        "error": row["error"] or (parked if row["status"] == "dead_lettered" else None),
        "output": json.loads(row["output"]) if row["output"] else None,
        "waiting_for": waiting_for(tx, thread) if row["status"] == "waiting" else [],
        "dead_letters": [each["letter_id"] for each in letters],
        "usage": usage(tx, thread),
        "latency_ms": round(row["latency_ms"], 1),
    }


def waiting_for(tx: "Transaction", thread_id: str) -> list[dict[str, Any]]:
    """The decisions a run waits for: the payload a person sees, with its id and digest."""
    return [
        {"interrupt_id": row["interrupt_id"], **json.loads(row["request"]), "digest": row["digest"]}
        for row in tx.execute(WAITING, (thread_id,)).fetchall()
    ]


def usage(tx: "Transaction", thread_id: str) -> dict[str, Any]:
    """What the model endpoints reported for a run; the cost is None where a price is not known."""
    sql = (
        "SELECT count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),"
        " CASE WHEN count(*) = count(cost_usd) THEN coalesce(sum(cost_usd), 0.0) END"
        " FROM model_calls WHERE thread_id = ?"
    )
    names = ("model_calls", "input_tokens", "output_tokens", "cost_usd")
    return dict(zip(names, tx.execute(sql, (thread_id,)).fetchone(), strict=True))
