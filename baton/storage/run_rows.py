"""The rows of runs: plain functions over a transaction. Light on purpose, see `baton.config.home`."""

import json
import os
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import uuid4

from baton.errors import Held, NotEnded, ThreadInUse, UnknownThread, UsageError
from baton.redact import redact_error

if TYPE_CHECKING:
    from baton.storage.fence import Fence
    from baton.storage.seals import Seals
    from baton.storage.transaction import Transaction

Status = Literal["queued", "running", "waiting", "done", "dead_lettered", "failed"]
RESUMABLE = ("queued", "running", "failed")
ENDED = ("done", "dead_lettered")

INSERT = (
    "INSERT INTO runs (thread_id, run, graph, origin, status, input, context, fingerprint, line, budget_tokens,"
    " budget_nanousd, created_at, updated_at, seal) VALUES (:thread_id, :run, :graph, 'run', 'queued', :input,"
    " :context, :fingerprint, :line, :budget_tokens, :budget_nanousd, :now, :now, :seal)"
)
BEGIN = (
    "INSERT INTO runs (thread_id, run, graph, origin, status, input, budget_tokens, budget_nanousd, request_id, holder,"
    " created_at, updated_at, seal) VALUES (:thread_id, :run, :graph, :origin, 'running', :input, :budget_tokens,"
    " :budget_nanousd, :request_id, :holder, :now, :now, :seal)"
)
OF_THREAD = "SELECT * FROM runs WHERE thread_id = ? ORDER BY run DESC LIMIT 1"
OF_RUN = "SELECT * FROM runs WHERE thread_id = ? AND run = ?"
REQUESTED = "SELECT run FROM runs WHERE thread_id = ? AND request_id = ?"
UNENDED = "SELECT * FROM runs WHERE thread_id = ? AND status NOT IN ('done', 'dead_lettered') ORDER BY run DESC LIMIT 1"
THIS = "thread_id = :thread_id AND run = :run"
GO_ON = f"UPDATE runs SET status = 'running', error = NULL, holder = :holder, updated_at = :now WHERE {THIS}"
AGAIN = (
    "UPDATE runs SET status = 'running', error = NULL, holder = :holder, input = :input, seal = :seal,"
    f" updated_at = :now WHERE {THIS}"
)
CLAIM = (
    "UPDATE runs SET recoveries = recoveries + (status = 'running'), status = 'running', error = NULL,"
    " fence = fence + 1, holder = :holder, lease_until = :until, updated_at = :now"
    f" WHERE {THIS} AND (lease_until < :steady OR holder NOT LIKE :boot || '%')"
)
LETTER_ENDS = (
    "EXISTS (SELECT 1 FROM dead_letters WHERE thread_id = {thread} AND run = {run} AND ends_run AND status = 'open')"
)
OUTCOME = (
    "CASE WHEN :error IS NOT NULL THEN 'failed' WHEN :parked THEN 'dead_lettered' WHEN :stopped THEN 'queued'"
    f" WHEN :paused THEN 'waiting' WHEN {LETTER_ENDS.format(thread=':thread_id', run=':run')} THEN 'dead_lettered'"
    " ELSE 'done' END"
)
"""The status of a run that came to an end, a pause or a stop, from what is recorded of it."""

ADOPT = (
    "WITH told (thread_id, graph, origin, budget_tokens, budget_nanousd, began, ended, error, created_at, latency_ms)"
    " AS (VALUES {rows}) INSERT INTO runs (thread_id, graph, origin, budget_tokens, budget_nanousd, error, created_at,"
    " latency_ms, updated_at, status) SELECT thread_id, graph, origin, budget_tokens, budget_nanousd, error,"
    " created_at, latency_ms, coalesce(ended, began),"
    f" CASE WHEN ended IS NULL THEN 'running' WHEN error IS NOT NULL THEN 'failed'"
    f" WHEN {LETTER_ENDS.format(thread='told.thread_id', run='1')} THEN 'dead_lettered' ELSE 'done' END"
    " FROM told WHERE TRUE ON CONFLICT (thread_id, run) DO UPDATE SET status = excluded.status,"
    " error = excluded.error, latency_ms = runs.latency_ms + excluded.latency_ms, updated_at = excluded.updated_at"
)
FINISH = (
    f"UPDATE runs SET status = {OUTCOME}, output = CASE {OUTCOME} WHEN 'done' THEN coalesce(:output, output) END,"
    f" output_seal = CASE {OUTCOME} WHEN 'done' THEN coalesce(:output_seal, output_seal) END,"
    f" error = :error, lease_until = 0, latency_ms = latency_ms + :took, updated_at = :now WHERE {THIS}"
)
RELEASE = (
    "UPDATE runs SET status = 'queued', lease_until = 0, latency_ms = latency_ms + :took, updated_at = :now"
    f" WHERE {THIS} AND fence = :fence"
)
CUT_OFF = (
    "UPDATE runs SET status = 'failed', error = 'its checkpoints were deleted', updated_at = :now"
    " WHERE thread_id = :thread_id AND status = 'waiting'"
)
SET_STATUS = f"UPDATE runs SET status = :status, updated_at = :now WHERE {THIS}"
LETTERS = (
    "SELECT letter_id, step, error, ends_run FROM dead_letters WHERE thread_id = ? AND run = ? AND status = 'open'"
)
OPEN = "decision IS NULL AND withdrawn_at IS NULL"
WAITING = f"SELECT * FROM approvals WHERE thread_id = ? AND run = ? AND {OPEN} ORDER BY created_at, interrupt_id"
WITHDRAW = f"UPDATE approvals SET withdrawn_at = :now WHERE {THIS} AND {OPEN}"
STILL_ASKED = " AND asked_as NOT IN (SELECT value FROM json_each(:asked))"
RENEW = "UPDATE runs SET lease_until = :until WHERE status = 'running' AND holder = :holder"


@cache
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


def queue(tx: "Transaction", rows: Iterable[dict[str, Any]], seals: "Seals", *, further: bool = False) -> list[int]:
    """Insert queued runs, all or none, and return their numbers on their threads.

    `budget_tokens` and `budget_nanousd` are None where there is no cap; `further` says that a thread that has runs gets
    another one.

    Raises:
        ThreadInUse: a thread id is taken.
        NotEnded: the last run of a thread has not ended.
    """
    numbers = []
    for row in rows:
        numbers.append(_next_number(tx, str(row["thread_id"]), further=further))
        new = {**row, "run": numbers[-1]}
        tx.execute(INSERT, {**new, "seal": seals.mark("runs", new), "now": time.time()})
    return numbers


def _next_number(tx: "Transaction", thread_id: str, *, further: bool) -> int:
    last = find(tx, thread_id)
    if last is None:
        return 1
    if not further:
        raise ThreadInUse(
            f"the thread id {thread_id!r} is in use; choose another, go on with its run (baton resume {thread_id}),"
            " or say --next for a further run"
        )
    refuse_unended(tx, thread_id)
    return int(last["run"]) + 1


def refuse_unended(tx: "Transaction", thread_id: str) -> None:
    """Refuse to begin a run beside one that has not ended.

    Raises:
        NotEnded: there is one; the message says how to go on with it.
    """
    row = tx.execute(UNENDED, (thread_id,)).fetchone()
    if row is None:
        return
    told = f"run {row['run']} of {thread_id} is {row['status'].replace('_', ' ')} and has not ended; "
    if row["status"] == "waiting":
        ways = {"run": f"answer it: baton decide {thread_id}"}
        raise NotEnded(told + ways.get(row["origin"], "answer it: Command(resume=...)"))
    ways = {"run": f"go on with it: baton resume {thread_id}"}
    raise NotEnded(told + ways.get(row["origin"], "go on with it: ainvoke(None, config)"))


class AdHoc(NamedTuple):
    """What is known of a call that nobody queued; `input` is JSON text, `request_id` the client's own id of the run."""

    thread_id: str
    graph: str
    origin: str
    budget_tokens: int
    budget_nanousd: int | None
    holder: str
    input: str | None = None
    request_id: str | None = None


def begin(tx: "Transaction", call: AdHoc, seals: "Seals", *, again: bool) -> int:
    """Begin the run of an input on a thread: its number there.

    The same `request_id` as the last run's is that run once more. `again` says that a run whose process is gone may
    begin anew, for it keeps no checkpoints.

    Raises:
        NotEnded, Held: the last run of the thread has not ended.
        UsageError: the request is that of an earlier run.
    """
    last = find(tx, call.thread_id)
    values = {**call._asdict(), "now": time.time()}
    known = tx.execute(REQUESTED, (call.thread_id, call.request_id)).fetchone() if call.request_id and last else None
    if known is not None and last is not None:
        if known["run"] != last["run"]:
            raise UsageError(f"that was run {known['run']} of {call.thread_id}, and its thread went on since")
        tx.execute(GO_ON, {**values, "run": last["run"]})
        return int(last["run"])
    if last is not None and again and last["status"] not in ENDED:
        if last["status"] == "running" and holder_lives(str(last["holder"])):
            raise held(call.thread_id)
        new = {**last, **values, "run": last["run"]}
        tx.execute(AGAIN, {**new, "seal": seals.mark("runs", new)})
        return int(last["run"])
    if last is not None:
        refuse_unended(tx, call.thread_id)
    new = {**values, "run": int(last["run"]) + 1 if last else 1, "context": "{}", "fingerprint": None}
    tx.execute(BEGIN, {**new, "seal": seals.mark("runs", new)})
    return int(new["run"])


def go_on(tx: "Transaction", call: AdHoc, run: int, seals: "Seals") -> None:
    """Mark a run as being worked by a call without an input; one whose checkpoints came without a row gets one.

    Raises:
        Held: another process works it.
    """
    row, values = find(tx, call.thread_id, run), {**call._asdict(), "run": run, "now": time.time()}
    if row is None:
        new = {**values, "context": "{}", "fingerprint": None}
        tx.execute(BEGIN, {**new, "seal": seals.mark("runs", new)})
        return
    if row["status"] == "running" and row["origin"] == "run" and not lease_ran_out(row, call.holder):
        raise held(call.thread_id)
    tx.execute(GO_ON, values)


def holder_lives(holder: str) -> bool:
    """Whether the process of a holder's name still runs; one of another boot does not."""
    boot, _, rest = holder.partition(":")
    pid = rest.partition(":")[0]
    if boot != boot_id() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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


def claim(tx: "Transaction", row: dict[str, Any], holder: str, lease_s: float) -> dict[str, Any] | None:
    """Take the lease of a run and return its row as it is then; None while it is held, by whomever."""
    now, clock = time.time(), steady()
    values = {"thread_id": row["thread_id"], "run": row["run"], "holder": holder, "now": now}
    clocks = {"until": clock + lease_s, "steady": clock, "boot": holder.partition(":")[0]}
    taken = tx.execute(CLAIM, {**values, **clocks}).rowcount
    return get(tx, row["thread_id"], row["run"]) if taken else None


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
    fence: "Fence",
    seals: "Seals",
    *,
    output: str | None = None,
    error: str | None = None,
    took_ms: float,
    parked: bool = False,
    stopped: bool = False,
    asked: Sequence[str] | None = None,
) -> None:
    """Close a run's row and let its lease go; the status follows from what is recorded.

    `parked` says that the run as a whole is dead-lettered, `stopped` that it was cut off and can go on. `asked` are the
    interrupts that its graph stands at, none for a breakpoint, and None for a graph that does not wait: a question
    that it does not stand at any more is withdrawn, for nobody can answer it.

    Raises:
        LeaseLost: another process took the run over.
    """
    fence.check(tx)
    values = {"thread_id": fence.thread_id, "run": fence.run, "output": output, "took": took_ms, "now": time.time()}
    seal = seals.mark("outputs", values) if output else None
    told = {"error": error and redact_error(error), "output_seal": seal, "parked": parked, "stopped": stopped}
    if not (stopped or error or parked):
        withdraw(tx, fence.thread_id, fence.run, asked or ())
    tx.execute(FINISH, {**values, **told, "paused": asked is not None})


def withdraw(tx: "Transaction", thread_id: str, run: int, asked: Sequence[str]) -> int:
    """Record that nobody can answer the open questions of a run, but those `asked` still; how many those are."""
    values = {"thread_id": thread_id, "run": run, "asked": json.dumps(list(asked)), "now": time.time()}
    return tx.execute(WITHDRAW + (STILL_ASKED if asked else ""), values).rowcount


def note_update(tx: "Transaction", thread_id: str, run: int, *, asked: Sequence[str], ended: bool) -> None:
    """Bring a run's row in line with a state that somebody changed: it waits, goes on where it was set, or is over."""
    row = find(tx, thread_id, run)
    if row is None or row["status"] == "running":
        return
    withdraw(tx, thread_id, run, asked)
    status = "waiting" if asked else "queued" if not ended else row["status"] if row["status"] in ENDED else "done"
    tx.execute(SET_STATUS, {"thread_id": thread_id, "run": run, "status": status, "now": time.time()})


def release(tx: "Transaction", fence: "Fence", took_ms: float) -> None:
    """Put a run that was stopped in the middle back into the queue, unless another process took it over."""
    values = {
        "thread_id": fence.thread_id,
        "run": fence.run,
        "fence": fence.number,
        "took": took_ms,
        "now": time.time(),
    }
    tx.execute(RELEASE, values)


def find(tx: "Transaction", thread_id: str, run: int | None = None) -> dict[str, Any] | None:
    """One run of a thread, the last where no number is given; None where there is none."""
    sql, values = (OF_THREAD, (thread_id,)) if run is None else (OF_RUN, (thread_id, run))
    row = tx.execute(sql, values).fetchone()
    return None if row is None else dict(row)


def get(tx: "Transaction", thread_id: str, run: int | None = None) -> dict[str, Any]:
    """One run of a thread, the last where no number is given.

    Raises:
        UnknownThread: there is none.
    """
    row = find(tx, thread_id, run)
    if row is not None:
        return row
    last = find(tx, thread_id)
    if last is not None:
        raise UnknownThread(f"{thread_id} has no run {run}; its last is run {last['run']}")
    raise UnknownThread(f"no run has the thread id {thread_id!r}; `baton runs` lists them")


def resumable(tx: "Transaction") -> list[dict[str, Any]]:
    """The runs that a process here may go on with, oldest first."""
    sql = "SELECT * FROM runs WHERE origin = 'run' AND status IN (?, ?, ?) ORDER BY created_at, rowid"
    return [dict(row) for row in tx.execute(sql, RESUMABLE).fetchall()]


def suspects(tx: "Transaction", threads: Sequence[str]) -> set[str]:
    """Which of the threads were being worked when a process died, and not for the first time."""
    sql = (
        "SELECT thread_id FROM runs WHERE thread_id IN (SELECT value FROM json_each(?))"
        " AND status = 'running' AND recoveries > 0"
    )
    return {row[0] for row in tx.execute(sql, (json.dumps(list(threads)),)).fetchall()}


def listing(
    tx: "Transaction", *, status: str | None = None, graph: str | None = None, limit: int = -1, offset: int = 0
) -> list[dict[str, Any]]:
    """Runs, newest first, each with what it waits for."""
    wheres = [f"{column} = :{column}" for column, value in (("status", status), ("graph", graph)) if value]
    sql = f"SELECT * FROM runs {'WHERE ' + ' AND '.join(wheres) if wheres else ''}"
    values = {"status": status, "graph": graph, "limit": limit, "offset": offset}
    rows = tx.execute(f"{sql} ORDER BY created_at DESC, rowid DESC LIMIT :limit OFFSET :offset", values).fetchall()
    return [summary(tx, dict(row)) for row in rows]


def graphs(tx: "Transaction") -> set[str]:
    """The names of all graphs that have runs."""
    return {row[0] for row in tx.execute("SELECT DISTINCT graph FROM runs").fetchall()}


def check(tx: "Transaction", row: dict[str, Any], seals: "Seals") -> None:
    """Hold what `summary` tells of a run against its seals; a listing of many runs is not worth it.

    Raises:
        TamperedCheckpoint: its output, or a question that it waits for, was changed.
    """
    if row["output"] is not None:
        seals.check("outputs", row, row["output_seal"])
    for asked in tx.execute(WAITING, (row["thread_id"], row["run"])).fetchall():
        seals.check("approvals", asked, asked["seal"])


def summary(tx: "Transaction", row: dict[str, Any]) -> dict[str, Any]:
    """What programs are told about one run."""
    spot = (row["thread_id"], row["run"])
    letters = tx.execute(LETTERS, spot).fetchall()
    parked = next((f"{each['step']}: {each['error']}" for each in letters if each["ends_run"]), None)
    return {
        **({"line": row["line"]} if row["line"] is not None else {}),
        **{name: row[name] for name in ("thread_id", "run", "graph", "status", "origin", "created_at", "updated_at")},
        "error": row["error"] or (parked if row["status"] == "dead_lettered" else None),
        "output": json.loads(row["output"]) if row["output"] else None,
        "waiting_for": waiting_for(tx, *spot) if row["status"] == "waiting" else [],
        "dead_letters": [each["letter_id"] for each in letters],
        "usage": usage(tx, *spot),
        "latency_ms": round(row["latency_ms"], 1),
    }


def waits(tx: "Transaction", thread_id: str, run: int) -> bool:
    """Whether a run has an open question, whatever became of what it asks."""
    return tx.execute(WAITING, (thread_id, run)).fetchone() is not None


def waiting_for(tx: "Transaction", thread_id: str, run: int) -> list[dict[str, Any]]:
    """The decisions a run waits for: the payload a person sees, with its id and digest."""
    return [
        {"interrupt_id": row["interrupt_id"], **json.loads(row["request"]), "digest": row["digest"]}
        for row in tx.execute(WAITING, (thread_id, run)).fetchall()
    ]


def open_interrupts(tx: "Transaction", thread_id: str, run: int) -> list[str]:
    """The framework's ids of the interrupts at which a run asked and has no answer."""
    return [str(row["asked_as"]) for row in tx.execute(WAITING, (thread_id, run)).fetchall()]


def forget_thread(tx: "Transaction", thread_id: str) -> None:
    """Record that the checkpoints of a thread were deleted: what waited there waits for nobody now."""
    values = {"thread_id": thread_id, "now": time.time()}
    tx.execute(f"UPDATE approvals SET withdrawn_at = :now WHERE thread_id = :thread_id AND {OPEN}", values)
    tx.execute(CUT_OFF, values)


def usage(tx: "Transaction", thread_id: str, run: int) -> dict[str, Any]:
    """What the model endpoints reported for a run; the cost is None where a price is not known."""
    sql = (
        "SELECT count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),"
        " CASE WHEN count(*) = count(cost_usd) THEN coalesce(sum(cost_usd), 0.0) END"
        " FROM model_calls WHERE thread_id = ? AND run = ?"
    )
    names = ("model_calls", "input_tokens", "output_tokens", "cost_usd")
    return dict(zip(names, tx.execute(sql, (thread_id, run)).fetchone(), strict=True))
