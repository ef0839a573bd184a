"""Every error Baton raises on purpose.

BatonError                 one line that says what to do
├── UsageError             the caller asked for something that is impossible (exit 2)
│   ├── BadSetting         a setting or the project's file does not parse or cannot be used
│   │   ├── NoResponders   the offline model has no answers of that name
│   │   ├── TooLong        a request to a model of this machine is longer than its context
│   │   └── NotTrusted     a folder or an address is another user's, and is not trusted
│   ├── UnknownGraph       no graph of that name in langgraph.json
│   ├── UnknownThread      no run of that thread id, or of that number on it
│   ├── ThreadInUse        the thread id belongs to a run already
│   ├── NotEnded           the last run of the thread has not ended; no other is begun beside it
│   ├── AlreadyDecided     the action was decided before; carries the standing decision
│   ├── Held               another process works the run at this moment
│   ├── NothingWaiting     the run waits for no decision
│   └── BadDecision        the decision does not fit the action it answers
├── StorageError           the home or the database cannot be used
│   └── TamperedCheckpoint a stored checkpoint or row does not match its signature by this home's key
├── Transient              another attempt may help; `retry_after` seconds where the other side named them
└── Fatal                  another attempt cannot help: the step is dead-lettered
    ├── Refused            a model's endpoint refuses the request, and says why
    ├── NoRecording        a role answers from recordings, and nobody recorded this request
    ├── BadAnswer          a model answered and was paid, and its answer is of no use
    ├── ShapeError         a step read or wrote a value that does not fit its declared shape
    ├── ReducerFailed      the reducer of a key failed on the values that the steps of one superstep wrote
    ├── GateFailed         a result did not pass a gate, and its one repair did not either
    ├── OverBudget         the reservation would exceed the run's budget
    ├── CapReached         a count reached its cap: rounds, the width of a fan-out, failed attempts
    ├── EffectMismatch     the same effect was requested with other arguments
    ├── SecondEffect       a step requested one action twice without a name for each
    ├── SecondQuestion     a step asked a person while another question of it was open
    ├── InDoubt            an effect may or may not have happened; a person must look
    ├── BadReceipt         an effect happened, and its receipt cannot be handed on
    ├── DeadLettered       an ad-hoc run ended in a dead letter
    ├── Parked             a step inside was dead-lettered: the graph around it decides how the run goes on
    ├── LeaseLost          another process works this run now
    ├── CrashLoop          the process died again and again while it worked this run
    └── NeedsMigration     the graph changed under a paused run
"""

import json
from collections.abc import Sequence
from typing import Any


class BatonError(RuntimeError):
    """Raised when Baton refuses or fails; `str(error)` is one line that says what to do.

    A RuntimeError, for the Agent Server shows the words of few other kinds to its clients.
    """


class UsageError(BatonError):
    """Raised when the caller asked for something that is impossible."""


class BadSetting(UsageError):
    """Raised when a setting or the project's file does not parse or cannot be used."""


class NoResponders(BadSetting):
    """Raised when the offline model has no answers of that name: the project names none."""


class TooLong(BadSetting):
    """Raised when a request to a model of this machine is longer than its context."""


class NotTrusted(BadSetting):
    """Raised when a folder or an address is another user's, and is not trusted."""


class UnknownGraph(UsageError):
    """Raised when no graph of that name is registered."""


class UnknownThread(UsageError):
    """Raised when no run has that thread id."""


class ThreadInUse(UsageError):
    """Raised when a new run asks for a thread id that another run has."""


class NotEnded(UsageError):
    """Raised when an input comes for a thread whose last run has not ended."""


class AlreadyDecided(UsageError):
    """Raised when the action was decided before; `standing` is that decision."""

    def __init__(self, interrupt_id: str, standing: dict[str, Any]) -> None:
        super().__init__(f"already decided: it stands as {_in_words(standing)}; nothing was changed")
        self.interrupt_id, self.standing = interrupt_id, standing


class Held(UsageError):
    """Raised when another process or call works the run at this moment."""


class NothingWaiting(UsageError):
    """Raised when a decision is given to a run that waits for none."""


class BadDecision(UsageError):
    """Raised when a decision does not fit the action it answers."""


class StorageError(BatonError):
    """Raised when the home or the database cannot be used."""


class TamperedCheckpoint(StorageError):
    """Raised when a stored checkpoint or row does not match its signature by this home's key."""


class Transient(BatonError):
    """Raised when another attempt may help; `retry_after` is in seconds, None where the other side named none.

    `is_pace` says that the other side works, and only wants to be asked less often.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, is_pace: bool = False) -> None:
        super().__init__(message)
        self.retry_after, self.is_pace = retry_after, is_pace


class Fatal(BatonError):
    """Raised when another attempt cannot help; the step is dead-lettered."""


class Refused(Fatal):
    """Raised when a model's endpoint refuses a request; `status` is HTTP's, `words` are the endpoint's own."""

    def __init__(self, message: str, status: int, words: str) -> None:
        super().__init__(message)
        self.status, self.words = status, words


class NoRecording(Fatal):
    """Raised when a role answers from recordings, and nobody recorded the answer to this request."""


class BadAnswer(Fatal):
    """Raised when a model answered, was paid, and the answer is of no use; `raw` keeps its text."""

    def __init__(self, reason: str, raw: str = "") -> None:
        super().__init__(f"the model's answer is of no use: {reason}")
        self.reason, self.raw = reason, raw


class ShapeError(Fatal):
    """Raised when a step reads or writes a value that does not fit its declared shape."""

    def __init__(self, step: str, verb: str, shape: str, cause: Exception) -> None:
        super().__init__(f"{step} cannot {verb} {shape}: {first_fault(cause)}")
        self.step, self.verb, self.shape = step, verb, shape


class ReducerFailed(Fatal):
    """Raised when the reducer of a key of the state fails on the values that the steps of one superstep wrote."""

    def __init__(self, key: str, cause: Exception, steps: Sequence[str] = ()) -> None:
        wrote = f", which {' and '.join(steps)} wrote," if steps else ""
        super().__init__(f"the reducer of {key!r}{wrote} failed: {type(cause).__name__}: {first_fault(cause)}")
        self.key, self.cause, self.steps = key, cause, tuple(steps)


class GateFailed(Fatal):
    """Raised when a result did not pass a gate and its one repair did not either."""

    def __init__(self, gate: str, fault: str) -> None:
        super().__init__(f"{gate}: {fault}; it was repaired once already")
        self.gate, self.fault = gate, fault


class OverBudget(Fatal):
    """Raised when a reservation would exceed what is left of the run's budget, in tokens or `in_dollars`."""

    def __init__(
        self, thread_id: str, asked: int, left: int | None, message: str = "", *, in_dollars: bool = False
    ) -> None:
        super().__init__(message or f"{thread_id}: the call may need {asked} tokens and {left} are left of the budget")
        self.thread_id, self.asked, self.left, self.in_dollars = thread_id, asked, left, in_dollars


class CapReached(Fatal):
    """Raised when the count under `name` would exceed its `cap`."""

    def __init__(self, name: str, cap: int, message: str = "") -> None:
        super().__init__(message or f"{name}: the cap of {cap} is reached")
        self.name, self.cap = name, cap


class EffectMismatch(Fatal):
    """Raised when an effect that was started is requested again with other arguments."""

    def __init__(self, key: str, first: str, now: str) -> None:
        super().__init__(f"{key} was started with {first} and is now asked for with {now}; nothing was fired")
        self.key, self.first, self.now = key, first, now


class SecondEffect(Fatal):
    """Raised when a step requests a second effect that has no name of its own."""


class SecondQuestion(Fatal):
    """Raised when a step asks a person while another question of it is open: one reply would answer both."""


class InDoubt(Fatal):
    """Raised when an effect was started and its outcome is unknown, or not proved; `key` is its idempotency key."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class BadReceipt(Fatal):
    """Raised when an effect happened and its receipt is too large to hand on; `key` is its idempotency key."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class DeadLettered(Fatal):
    """Raised when an ad-hoc run ended in a dead letter, after its last checkpoint was written, or had ended so before.

    `way` says what to do.
    """

    def __init__(
        self, thread_id: str, run: int, letter_id: str, reason: str, message: str, *, way: str | None = None
    ) -> None:
        way = way or f"baton dead-letters show {letter_id}"
        super().__init__(f"run {run} of {thread_id} was dead-lettered ({reason}): {message}; {way}")
        self.thread_id, self.run, self.letter_id, self.reason = thread_id, run, letter_id, reason


class Parked(Fatal):
    """Raised when a step of a graph inside another was dead-lettered; `letter_id` names the dead letter."""

    def __init__(self, letter_id: str) -> None:
        super().__init__(letter_id)
        self.letter_id = letter_id


class LeaseLost(Fatal):
    """Raised when another process took over this run."""


class CrashLoop(Fatal):
    """Raised when a run was taken over from dead processes too often."""


class NeedsMigration(Fatal):
    """Raised when the graph changed under a paused run."""


def _in_words(decision: dict[str, Any]) -> str:
    if "answer" in decision:
        return json.dumps(decision["answer"], ensure_ascii=False)
    details = decision.get("message") or decision.get("edited_action", {}).get("args") or ""
    return f"{decision.get('type')}{f' ({details})' if details else ''}"


def first_fault(cause: Exception) -> str:
    """The first fault of a pydantic error on one line; the text of any other error."""
    faults = getattr(cause, "errors", None)
    if faults is None:
        return str(cause)
    first = faults(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
