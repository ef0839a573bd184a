"""What every step did, in the database. Recording costs a tuple; writing is the writer thread's."""

import json
import time
from dataclasses import dataclass
from typing import Any

from baton.plain import json_text
from baton.redact import redact_error, redact_json, redact_numbers
from baton.storage.database import Database
from baton.storage.transaction import Transaction

INSERT = (
    "INSERT INTO spans"
    " (thread_id, run, kind, step, task_id, attempt, status, started_at, latency_ms, input, output, error)"
    " VALUES {rows}"
)


@dataclass(frozen=True, slots=True)
class Where:
    """A step's place in a run of a thread: `step` is the path of node names, `task_id` the framework's task."""

    thread_id: str
    run: int
    step: str
    task_id: str
    attempt: int


class Spans:
    """Collects spans; they ride along with the next transaction."""

    def __init__(self, database: Database) -> None:
        self._keep = database.riding(_write)

    def record(
        self,
        where: Where,
        *,
        kind: str = "step",
        status: str,
        started: float,
        state: Any = None,
        output: str | None = None,
        error: str | None = None,
        is_masked: bool = False,
    ) -> None:
        """Keep one span; `started` is Unix seconds, `state` what the step was given, `output` JSON text.

        `is_masked` says that the texts in both are masked already.
        """
        took = (time.time() - started) * 1000
        spot = (where.thread_id, where.run, kind, where.step, where.task_id, where.attempt, status, started, took)
        self._keep((*spot, state, output, error, is_masked))


def _write(tx: Transaction, held: list[tuple[Any, ...]]) -> None:
    tx.execute_rows(INSERT, [_row(*each) for each in held])


def _row(*span: Any) -> tuple[Any, ...]:
    *spot, state, output, error, is_masked = span
    return (
        *spot,
        _text(state, is_masked),
        output and (redact_numbers if is_masked else redact_json)(output),
        error and redact_error(error),
    )


def _text(state: Any, is_masked: bool) -> str | None:  # noqa: FBT001 - one caller
    if state is None:
        return None
    text = json_text(state).decode()
    return redact_numbers(text) if is_masked else redact_json(text)


def plain(text: str | None) -> Any:
    """Stored JSON text as data."""
    return None if text is None else json.loads(text)
