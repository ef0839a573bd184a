"""Runs as rows, for the tests of what works on them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from baton.storage import claims, run_rows, sqlite_file
from baton.storage.fence import Fence
from baton.storage.records import NewRun, PendingApproval, RunRow, RunSummary, Status, StepAttempt
from baton.storage.run_status import Ending
from baton.storage.signer import Signer
from baton.storage.sqlite_file import Connection, connect

LETTER = (
    "INSERT INTO dead_letters (letter_id, thread_id, step, occurrence, reason, error, evidence, status, ends_run,"
    " created_at, updated_at) VALUES ('l', 'one', 's', '0', 'r', 'e', '{}', ?, ?, 0, 0)"
)
SEALS = Signer(b"k" * 32)
Clock = Callable[[float], None]


def in_memory() -> Connection:
    made = connect(Path(":memory:"))
    made.executescript(Path(sqlite_file.__file__).with_name("schema.sql").read_text())
    return made


def new(thread: str) -> NewRun:
    return NewRun(thread, "g", "{}", "{}", "f", line=None, budget_tokens=None, budget_nanousd=None)


def fence(number: int | None) -> Fence:
    return Fence("one", 1, number)


def claim(rows: Connection, owner: str, lease_s: float) -> RunRow | None:
    return claims.claim(rows, run_rows.get(rows, "one"), owner, lease_s)


def close(rows: Connection, number: int, ending: Ending) -> str:
    """The status after a claim of this number closed the run."""
    run_rows.finish(rows, fence(number), SEALS, ending, 1.5)
    return run_rows.get(rows, "one").status


def summary(status: Status, *waiting_for: PendingApproval) -> RunSummary:
    return {
        "thread_id": "one",
        "run": 1,
        "graph": "g",
        "status": status,
        "origin": "run",
        "created_at": 0.0,
        "updated_at": 0.0,
        "error": None,
        "output": None,
        "waiting_for": [*waiting_for],
        "urgent": None,
        "dead_letters": [],
        "usage": {"model_calls": 0, "input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0},
        "latency_ms": 0.0,
    }


def attempt(step: str, output: Any, status: str = "done") -> StepAttempt:
    return {
        "step": step,
        "kind": "step",
        "attempt": 1,
        "status": status,
        "started_at": 0.0,
        "latency_ms": 0.0,
        "input": None,
        "output": output,
        "model": None,
        "model_calls": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "cost_usd": 0.0,
        "note": None,
        "calls": [],
        "error": None,
    }
