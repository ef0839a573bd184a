"""The rows of runs: plain functions over a transaction. Light on purpose, see `baton.config.home`."""

import json
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from baton.errors import NotEnded, ThreadInUse, UnknownThread
from baton.redact import redact_error
from baton.storage.claims import is_alive
from baton.storage.records import RunRow
from baton.storage.run_status import ENDED, RESUMABLE, Ending, status_after_update

if TYPE_CHECKING:
    from baton.storage.fence import Fence
    from baton.storage.records import NewRun
    from baton.storage.signer import Signer
    from baton.storage.transaction import Transaction

MOST_RUNS = 2**63 - 1  # the largest number that a row can hold
COLUMNS = ", ".join(RunRow._fields).replace("owner", "holder")
SELECT = f"SELECT {COLUMNS} FROM runs"
INSERT = (
    "INSERT INTO runs (thread_id, run, graph, origin, status, input, context, fingerprint, line, budget_tokens,"
    " budget_nanousd, created_at, updated_at, seal) VALUES (:thread_id, :run, :graph, 'run', 'queued', :input,"
    " :context, :fingerprint, :line, :budget_tokens, :budget_nanousd, :now, :now, :seal)"
)
OF_THREAD = f"{SELECT} WHERE thread_id = ? ORDER BY run DESC LIMIT 1"
OF_RUN = f"{SELECT} WHERE thread_id = ? AND run = ?"
UNENDED = f"{SELECT} WHERE thread_id = ? AND status NOT IN {ENDED} ORDER BY run DESC LIMIT 1"
OVER_BUDGET = "status = 'failed' AND error LIKE 'OverBudget: %'"
OLDEST_FIRST = "ORDER BY created_at, rowid"
TO_RESUME = f"{SELECT} WHERE origin = 'run' AND status IN {RESUMABLE} AND NOT ({OVER_BUDGET}) {OLDEST_FIRST}"
BUDGET_SPENT = f"{SELECT} WHERE origin = 'run' AND {OVER_BUDGET} {OLDEST_FIRST}"
THIS = "thread_id = :thread_id AND run = :run"
FINISH = (
    "UPDATE runs SET status = :status, output = CASE :status WHEN 'done' THEN coalesce(:output, output) END,"
    " output_seal = CASE :status WHEN 'done' THEN coalesce(:output_seal, output_seal) END, error = :error,"
    f" lease_until = 0, latency_ms = latency_ms + :took_ms, updated_at = :now WHERE {THIS}"
)
CUT_OFF = (
    "UPDATE runs SET status = 'failed', error = 'its checkpoints were deleted', updated_at = :now"
    " WHERE thread_id = :thread_id AND status = 'waiting'"
)
SET_BUDGET = f"UPDATE runs SET budget_tokens = :budget_tokens, seal = :seal WHERE {THIS}"
MARK_URGENT = f"UPDATE runs SET urgent = :reason WHERE {THIS} AND urgent IS NULL"
SET_STATUS = f"UPDATE runs SET status = :status, updated_at = :now WHERE {THIS}"
ENDING_LETTER = "SELECT 1 FROM dead_letters WHERE thread_id = ? AND run = ? AND ends_run AND status = 'open'"
OPEN = "decision IS NULL AND withdrawn_at IS NULL"
WITHDRAW = f"UPDATE approvals SET withdrawn_at = :now WHERE {THIS} AND {OPEN}"
EXCEPT_INTERRUPTS = " AND asked_as NOT IN (SELECT value FROM json_each(:interrupts))"
WITHDRAW_ALL = f"UPDATE approvals SET withdrawn_at = :now WHERE thread_id = :thread_id AND {OPEN}"
SUSPECTS = (
    "SELECT thread_id FROM runs WHERE thread_id IN (SELECT value FROM json_each(?))"
    " AND status = 'running' AND recoveries > 0"
)


def queue(tx: "Transaction", runs: Iterable["NewRun"], signer: "Signer", *, further: bool = False) -> list[int]:
    """Insert queued runs, all or none, and return their numbers on their threads.

    `further` says that a thread that has runs gets another one.

    Raises:
        ThreadInUse: a thread id is taken.
        NotEnded: the last run of a thread has not ended.
    """
    numbers = []
    for each in runs:
        numbers.append(_next_number(tx, each.thread_id, further=further))
        new = {**each._asdict(), "run": numbers[-1]}
        tx.execute(INSERT, {**new, "seal": signer.sign_row("runs", new), "now": time.time()})
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
    return last.run + 1


def refuse_unended(tx: "Transaction", thread_id: str) -> None:
    """Refuse to begin a run beside one that has not ended.

    Raises:
        NotEnded: there is one; the message says how to go on with it.
    """
    found = tx.execute(UNENDED, (thread_id,)).fetchone()
    if found is None:
        return
    row = RunRow(*found)
    if row.status == "running" and is_alive(str(row.owner)):
        way = "a call is at work on it; try again when that is done"
    elif row.status == "waiting":
        way = f"answer it: baton decide {thread_id}" if row.origin == "run" else "answer it: Command(resume=...)"
    else:
        way = f"baton resume {thread_id}" if row.origin == "run" else "ainvoke(None, config)"
        way = f"go on with it: {way}"
    raise NotEnded(f"run {row.run} of {thread_id} is {row.status.replace('_', ' ')} and has not ended; {way}")


def finish(tx: "Transaction", fence: "Fence", signer: "Signer", ending: Ending, took_ms: float) -> None:
    """Close a run's row and end its lease; the status follows from the ending and from its open dead letters.

    Approvals that its graph waits for no more are withdrawn: they cannot be decided.

    Raises:
        LeaseLost: another process took the run over.
    """
    fence.check(tx)
    run = (fence.thread_id, fence.run)
    status = ending.status(has_ending_letter=tx.execute(ENDING_LETTER, run).fetchone() is not None)
    if not (ending.stopped or ending.error or ending.dead_lettered):
        withdraw(tx, *run, ending.interrupts or ())
    closed = {"thread_id": fence.thread_id, "run": fence.run, "output": ending.output, "took_ms": took_ms}
    closed |= {"error": ending.error and redact_error(ending.error), "status": status, "now": time.time()}
    tx.execute(FINISH, {**closed, "output_seal": signer.sign_row("outputs", closed) if ending.output else None})


def mark_urgent(tx: "Transaction", thread_id: str, run: int, reason: str) -> None:
    """Mark a run as urgent, for this reason; one that is marked keeps its own."""
    tx.execute(MARK_URGENT, {"thread_id": thread_id, "run": run, "reason": reason})


def withdraw(tx: "Transaction", thread_id: str, run: int, interrupts: Sequence[str]) -> int:
    """Withdraw the pending approvals of a run, except those at `interrupts`; return how many were withdrawn."""
    values = {"thread_id": thread_id, "run": run, "interrupts": json.dumps(list(interrupts)), "now": time.time()}
    return tx.execute(WITHDRAW + (EXCEPT_INTERRUPTS if interrupts else ""), values).rowcount


def note_update(tx: "Transaction", thread_id: str, run: int, *, interrupts: Sequence[str], at_end: bool) -> None:
    """Bring a run's row in line with a state that somebody changed, unless the run is being worked.

    `interrupts` are the ids of the interrupts that the state waits at, `at_end` says that no step comes next.
    """
    row = find(tx, thread_id, run)
    if row is None or row.status == "running":
        return
    withdraw(tx, thread_id, run, interrupts)
    status = status_after_update(row.status, has_interrupts=bool(interrupts), is_at_end=at_end)
    tx.execute(SET_STATUS, {"thread_id": thread_id, "run": run, "status": status, "now": time.time()})


def find(tx: "Transaction", thread_id: str, run: int | None = None) -> RunRow | None:
    """Return one run of a thread, the last where no number is given; None where there is none."""
    if run is not None and abs(run) > MOST_RUNS:
        return None
    sql, values = (OF_THREAD, (thread_id,)) if run is None else (OF_RUN, (thread_id, run))
    row = tx.execute(sql, values).fetchone()
    return None if row is None else RunRow(*row)


def get(tx: "Transaction", thread_id: str, run: int | None = None) -> RunRow:
    """Return one run of a thread, the last where no number is given.

    Raises:
        UnknownThread: there is none.
    """
    row = find(tx, thread_id, run)
    if row is not None:
        return row
    last = find(tx, thread_id)
    if last is not None:
        raise UnknownThread(f"{thread_id} has no run {run}; its last is run {last.run}")
    raise UnknownThread(f"no run has the thread id {thread_id!r}; `baton runs` lists them")


def resumable(tx: "Transaction") -> list[RunRow]:
    """Return the runs that a process here may go on with by itself, oldest first.

    One that failed for its budget would fail again: it waits until somebody gives it a larger one.
    """
    return [RunRow(*row) for row in tx.execute(TO_RESUME).fetchall()]


def over_budget(tx: "Transaction") -> list[RunRow]:
    """Return the runs that failed for their budget, oldest first."""
    return [RunRow(*row) for row in tx.execute(BUDGET_SPENT).fetchall()]


def set_budget(tx: "Transaction", row: RunRow, budget_tokens: int, signer: "Signer") -> RunRow:
    """Give a run a new budget and return its row as it is after that.

    Raises:
        TamperedCheckpoint: the row was changed.
    """
    signer.verify_row("runs", row._asdict(), row.seal)
    row = row._replace(budget_tokens=budget_tokens)
    row = row._replace(seal=signer.sign_row("runs", row._asdict()))
    tx.execute(SET_BUDGET, row._asdict())
    return row


def suspects(tx: "Transaction", threads: Sequence[str]) -> set[str]:
    """Return which of the threads were being worked when a process died, and not for the first time."""
    return {row[0] for row in tx.execute(SUSPECTS, (json.dumps(list(threads)),)).fetchall()}


def graphs(tx: "Transaction") -> set[str]:
    """Return the names of all graphs that have runs."""
    return {row[0] for row in tx.execute("SELECT DISTINCT graph FROM runs").fetchall()}


def forget_thread(tx: "Transaction", thread_id: str) -> None:
    """Record that the checkpoints of a thread were deleted: its approvals are withdrawn, a run that waited failed."""
    values = {"thread_id": thread_id, "now": time.time()}
    tx.execute(WITHDRAW_ALL, values)
    tx.execute(CUT_OFF, values)
