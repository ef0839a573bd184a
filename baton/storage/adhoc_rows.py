"""The rows of ad-hoc runs, which nobody queued: a call of a graph begins or continues one. Light, over a transaction.

A call on a thread writes its row before its first checkpoint (`begin`, `go_on`). A call without a thread is reported as
events, which are written in batches (`upsert`): its row is there to be listed, and cannot be resumed.
"""

import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from baton.errors import DeadLettered, UsageError
from baton.redact import redact_error
from baton.storage.claims import claim, is_alive, is_lease_over, lease_error
from baton.storage.dead_letter_rows import close, find_ending, list_open
from baton.storage.run_rows import find, refuse_unended
from baton.storage.run_status import ENDED, Ending

if TYPE_CHECKING:
    from baton.storage.records import DeadLetter, RunRow, Status
    from baton.storage.signer import Signer
    from baton.storage.transaction import Transaction

BEGIN = (
    "INSERT INTO runs (thread_id, run, graph, origin, status, input, budget_tokens, budget_nanousd, request_id, holder,"
    " created_at, updated_at, seal) VALUES (:thread_id, :run, :graph, :origin, 'running', :input, :budget_tokens,"
    " :budget_nanousd, :request_id, :owner, :now, :now, :seal)"
)
THIS = "thread_id = :thread_id AND run = :run"
GO_ON = f"UPDATE runs SET status = 'running', error = NULL, holder = :owner, updated_at = :now WHERE {THIS}"
BEGIN_ANEW = (
    "UPDATE runs SET status = 'running', error = NULL, holder = :owner, input = :input, seal = :seal, urgent = NULL,"
    f" updated_at = :now WHERE {THIS}"
)
PUT_BACK = (
    "UPDATE runs SET status = 'queued', lease_until = 0, updated_at = :now"
    " WHERE thread_id = :thread_id AND holder = :owner AND status = 'running'"
)
BY_REQUEST = "SELECT run FROM runs WHERE thread_id = ? AND request_id = ?"
UPSERT = (
    "INSERT INTO runs (thread_id, graph, origin, budget_tokens, budget_nanousd, status, error, created_at, updated_at,"
    " latency_ms) VALUES {rows} ON CONFLICT (thread_id, run) DO UPDATE SET status = excluded.status,"
    " error = excluded.error, latency_ms = runs.latency_ms + excluded.latency_ms, updated_at = excluded.updated_at"
)
ENDING_LETTERS = (
    "SELECT thread_id FROM dead_letters WHERE thread_id IN (SELECT value FROM json_each(?)) AND run = 1 AND ends_run"
    " AND status = 'open'"
)


class AdHocEvent(NamedTuple):
    """A call of a graph without a thread that began or, where `ended` is given, came back; Unix seconds."""

    thread_id: str
    graph: str
    origin: str
    budget_tokens: int
    budget_nanousd: int | None
    began: float
    ended: float | None = None
    error: str | None = None

    def took_ms(self) -> float:
        """The duration of a call that came back; 0.0 for one that began."""
        return 0.0 if self.ended is None else (self.ended - self.began) * 1000

    def status(self, *, has_ending_letter: bool) -> "Status":
        """The status that its run gets."""
        if self.ended is None:
            return "running"
        return Ending(error=self.error).status(has_ending_letter=has_ending_letter)


class AdHocCall(NamedTuple):
    """A call of a graph that nobody queued; `input` is JSON text, `request_id` the client's own id of the run.

    `owner` is the name by which the call holds its run, no other call's. `from_record` says that the input was given as
    a record, whose defaults may come out anew each time.
    """

    thread_id: str
    graph: str
    origin: str
    budget_tokens: int
    budget_nanousd: int | None
    owner: str
    input: str | None = None
    request_id: str | None = None
    from_record: bool = False

    def event(self, began: float, ended: float | None = None, error: str | None = None) -> AdHocEvent:
        """Return the event that reports it where it has no thread: it began or, with `ended`, came back."""
        return AdHocEvent(*self[:5], began, ended, error)


def begin(
    tx: "Transaction", call: AdHocCall, signer: "Signer", *, again: bool, is_other: "Callable[[RunRow], bool]"
) -> int:
    """Begin the run of an input on a thread and return its number there.

    The same `request_id` as the last run's is that run once more, unless a call is still at work on it. `again` says
    that a run whose call is gone may begin anew, for it keeps no checkpoints; `is_other` whether a run has another
    input than the call.

    Raises:
        NotEnded, Held: the last run of the thread has not ended.
        DeadLettered: the request is that of a run which ended in a dead letter.
        UsageError: the request is that of an earlier run, or that of the last one with another input.
    """
    last = find(tx, call.thread_id)
    if last is None:
        return _insert(tx, call, 1, signer)
    if _is_requested_again(tx, call, last):
        if is_other(last):
            known = f"run {last.run} of {call.thread_id} has this request id and another input"
            raise UsageError(f"{known}; give this one an id of its own")
        _refuse_at_work(last, call)
        refuse_dead_lettered(tx, last)
        tx.execute(GO_ON, {**call._asdict(), "run": last.run, "now": time.time()})
        return last.run
    if again and last.status not in ENDED:
        return _begin_anew(tx, call, last, signer)
    refuse_unended(tx, call.thread_id)
    return _insert(tx, call, last.run + 1, signer)


def begin_in_task(tx: "Transaction", call: AdHocCall, number: int, signer: "Signer", *, is_saved: bool) -> int:
    """Begin the run of a call that a task of another graph makes, `number` among its calls; return that number.

    Where the task runs again, so does the run: its effects have the keys that they had. Where the other graph saves no
    checkpoints (`is_saved`), its failed steps are done again too.

    Raises:
        Held: it is being worked.
    """
    row = find(tx, call.thread_id, number)
    if row is None:
        return _insert(tx, call, number, signer)
    for letter in [] if is_saved else list_open(tx, call.thread_id, number):
        close(tx, letter, "replayed", "the task that called the graph ran again")
    return _begin_anew(tx, call, row, signer)


def _is_requested_again(tx: "Transaction", call: AdHocCall, last: "RunRow") -> bool:
    """Whether a call repeats the request of its thread's last run.

    Raises:
        UsageError: it repeats that of an earlier one.
    """
    known = tx.execute(BY_REQUEST, (call.thread_id, call.request_id)).fetchone() if call.request_id else None
    if known is not None and known[0] != last.run:
        raise UsageError(f"that was run {known[0]} of {call.thread_id}, and its thread went on since")
    return known is not None


def _refuse_at_work(row: "RunRow", call: AdHocCall) -> None:
    """Refuse to work a run beside the bare call, or the process with its lease, that works it.

    Raises:
        Held: there is one.
    """
    if row.status == "running" and (is_alive(str(row.owner)) or not is_lease_over(row, call.owner)):
        raise lease_error(row.thread_id)


def refuse_dead_lettered(tx: "Transaction", row: "RunRow | None") -> None:
    """Refuse to go on with a run that ended in a dead letter: what it had come to is no result.

    Raises:
        DeadLettered: it did.
    """
    if row is None or row.status != "dead_lettered":
        return
    letter = find_ending(tx, row.thread_id, row.run)
    if letter is not None:
        way = _way_on(row, letter)
        raise DeadLettered(row.thread_id, row.run, letter.letter_id, letter.reason, letter.error, way=way)


def _way_on(row: "RunRow", letter: "DeadLetter") -> str:
    """What to do about a dead letter that ended a run; only a run that was queued can be replayed."""
    if letter.status != "open":
        return "go back to an earlier checkpoint, or begin another run"
    if row.origin == "run":
        return f"baton dead-letters replay {letter.letter_id}, or discard {letter.letter_id} REASON"
    discard = f"baton dead-letters discard {letter.letter_id} REASON"
    return f"{discard}, then go back to an earlier checkpoint or begin another run"


def _begin_anew(tx: "Transaction", call: AdHocCall, last: "RunRow", signer: "Signer") -> int:
    _refuse_at_work(last, call)
    new = {**last._asdict(), "owner": call.owner, "input": call.input, "now": time.time()}
    tx.execute(BEGIN_ANEW, {**new, "seal": signer.sign_row("runs", new)})
    return last.run


def _insert(tx: "Transaction", call: AdHocCall, run: int, signer: "Signer") -> int:
    new = {**call._asdict(), "run": run, "context": "{}", "fingerprint": None, "now": time.time()}
    tx.execute(BEGIN, {**new, "seal": signer.sign_row("runs", new)})
    return run


def go_on(
    tx: "Transaction", call: AdHocCall, run: int, signer: "Signer", lease_s: float, *, answers: bool
) -> int | None:
    """Mark a run as worked by a call without an input; one whose checkpoints came without a row gets one.

    A run that was queued is claimed, since whoever resumes runs may come for it; returns the number of that claim, and
    None for another run. `answers` says that the call brings an answer: of several, the first decision stands, and none
    is refused.

    Raises:
        Held: somebody else has claimed it, or another call is at work on it.
    """
    row = find(tx, call.thread_id, run)
    if row is None:
        _insert(tx, call, run, signer)
        return None
    if row.origin != "run":
        if not answers:
            _refuse_at_work(row, call)
        tx.execute(GO_ON, {**call._asdict(), "run": run, "now": time.time()})
        return None
    claimed = claim(tx, row, call.owner, lease_s)
    if claimed is None:
        raise lease_error(call.thread_id)
    return claimed.fence


def put_back(tx: "Transaction", call: AdHocCall) -> None:
    """Put the run that a call works, if it works one, back into the queue: the call ended without closing it."""
    tx.execute(PUT_BACK, {"thread_id": call.thread_id, "owner": call.owner, "now": time.time()})


def upsert(tx: "Transaction", events: Sequence[AdHocEvent]) -> None:
    """Upsert the runs that events report.

    A batch may hold several events of a thread: the last sets the status, durations are summed.
    """
    created: dict[str, float] = {}
    took_ms: dict[str, float] = {}
    for each in events:
        created.setdefault(each.thread_id, each.began)
        took_ms[each.thread_id] = took_ms.get(each.thread_id, 0.0) + each.took_ms()
    last = {each.thread_id: each for each in events}
    ended = _dead_lettered(tx, [thread_id for thread_id, each in last.items() if each.ended is not None])
    rows = [
        (
            *each[:5],
            each.status(has_ending_letter=thread_id in ended),
            each.error and redact_error(each.error),
            created[thread_id],
            each.began if each.ended is None else each.ended,
            took_ms[thread_id],
        )
        for thread_id, each in last.items()
    ]
    tx.execute_rows(UPSERT, rows)


def _dead_lettered(tx: "Transaction", threads: list[str]) -> set[str]:
    """Return those of the threads that have an open dead letter which ended their run."""
    return {row[0] for row in tx.execute(ENDING_LETTERS, (json.dumps(threads),)).fetchall()} if threads else set()
