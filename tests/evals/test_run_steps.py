"""What a kill undid is no step of the run that is judged."""

from pathlib import Path

from baton.storage.database import Database
from baton.storage.transaction import Transaction
from evals.run_steps import judged_steps

SPAN = (
    "INSERT INTO spans (thread_id, kind, step, task_id, attempt, status, started_at, latency_ms, output)"
    " VALUES ('t', ?, ?, ?, 1, ?, ?, 1.0, '{}')"
)
CALL = (
    "INSERT INTO model_calls (thread_id, step, task_id, attempt, started_at, role, model, status, reserved_tokens)"
    " VALUES ('t', ?, ?, 1, ?, 'cheap', 'm', 'reserved', 9)"
)
SPANS = [
    ("step", "classify", "one", "done", 1.0),  # its process was killed before the result was kept
    ("step", "classify", "one", "done", 2.0),
    ("step", "draft", "two", "failed", 3.0),
    ("step", "draft", "two", "done", 4.0),
    ("effect", "draft", "two", "done", 4.1),
    ("effect", "draft", "two", "done", 4.2),
    ("step", "draft", "three", "done", 5.0),  # the next round of a loop
    ("step", "settle", "four", "interrupted", 6.0),
    ("step", "settle", "four", "done", 7.0),
]


def write_spans(tx: Transaction) -> None:
    for values in SPANS:
        tx.execute(SPAN, values)
    tx.execute(CALL, ("draft", "two", 2.5))  # of an attempt that was cut off


async def test_a_step_that_was_worked_again_counts_once_and_one_that_was_cut_off_not_at_all(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "runs.db")
    try:
        await database.do(write_spans)
        steps = await database.do(lambda tx: judged_steps(tx, "t", 1))
    finally:
        await database.close()
    told = [(each["step"], each["status"], each["started_at"]) for each in steps]
    assert told == [
        ("classify", "done", 2.0),
        ("draft", "failed", 3.0),
        ("draft", "done", 4.0),
        ("draft!", "done", 4.1),
        ("draft!", "done", 4.2),
        ("draft", "done", 5.0),
        ("settle", "interrupted", 6.0),
        ("settle", "done", 7.0),
    ]
