"""The steps of a run as they are judged: a process that was killed on the way leaves no second step behind."""

from baton.storage import show
from baton.storage.records import StepAttempt
from baton.storage.transaction import Transaction

AGAIN = (
    "SELECT one.step, one.started_at FROM spans one JOIN spans other"
    " ON (one.thread_id, one.run, one.step, one.task_id) = (other.thread_id, other.run, other.step, other.task_id)"
    " WHERE one.thread_id = ? AND one.run = ? AND one.span_id < other.span_id"
    " AND one.kind = 'step' AND other.kind = 'step' AND one.status = 'done' AND other.status = 'done'"
)
"""Steps that had ended when the process died and whose result was not kept yet: they were worked again."""


def judged_steps(tx: Transaction, thread: str, run: int) -> list[StepAttempt]:
    """Return the step attempts of a run, read from the database of the runs, in the order in which they began.

    Without those that a kill undid: attempts that were cut off with their process, and steps whose result was lost with
    it. Else a run that was resumed would have other scores than one that was not.
    """
    undone = {(str(row["step"]), float(row["started_at"])) for row in tx.execute(AGAIN, (thread, run)).fetchall()}
    attempts = [each for each in show.steps(tx, thread, run) if each["status"] != "lost"]
    return [each for each in attempts if each["kind"] != "step" or (each["step"], each["started_at"]) not in undone]
