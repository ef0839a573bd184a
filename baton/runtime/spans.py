"""Spans: the record of every step and model call, in the database.

`record` appends to a buffer; masking, JSON and INSERT run on the writer thread, so that a step does not wait for them.
"""

import time
from typing import Any, NamedTuple

from baton.plain import json_text
from baton.redact import redact_error, redact_json, redact_numbers
from baton.storage.database import Database
from baton.storage.transaction import Transaction

INSERT = (
    "INSERT INTO spans"
    " (thread_id, run, kind, step, task_id, attempt, status, started_at, latency_ms, input, output, error)"
    " VALUES {rows}"
)


class StepRef(NamedTuple):
    """A step of a run on a thread: `step` is the path of node names, `task_id` the framework's task."""

    thread_id: str
    run: int
    step: str
    task_id: str
    attempt: int


class _Span(NamedTuple):
    """A span in the buffer: `started` is Unix seconds, `latency_ms` milliseconds, `state` a value of any type."""

    step: StepRef
    kind: str
    status: str
    started: float
    latency_ms: float
    state: Any
    output: str | None
    error: str | None
    is_masked: bool


class Spans:
    """Buffers spans; they are written with the next transaction."""

    def __init__(self, database: Database) -> None:
        self._buffer = database.write_buffer(_write)

    def record(
        self,
        step: StepRef,
        *,
        kind: str = "step",
        status: str,
        started: float,
        state: Any = None,
        output: str | None = None,
        error: str | None = None,
        is_masked: bool = False,
    ) -> None:
        """Record one span that ends now; `started` is Unix seconds, `state` the step's input, `output` JSON text.

        `is_masked` says that the texts in both are masked already.
        """
        latency_ms = (time.time() - started) * 1000
        self._buffer(_Span(step, kind, status, started, latency_ms, state, output, error, is_masked))


def _write(tx: Transaction, spans: list[_Span]) -> None:
    tx.execute_rows(INSERT, [_row(each) for each in spans])


def _row(span: _Span) -> tuple[Any, ...]:
    """The values of `INSERT`, masked."""
    step, mask = span.step, redact_numbers if span.is_masked else redact_json
    return (
        step.thread_id,
        step.run,
        span.kind,
        step.step,
        step.task_id,
        step.attempt,
        span.status,
        span.started,
        span.latency_ms,
        None if span.state is None else mask(json_text(span.state).decode()),
        span.output and mask(span.output),
        span.error and redact_error(span.error),
    )
