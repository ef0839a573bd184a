"""The steps of a run in lines of a report. Functions of values, and one that reads them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from baton.cli.views.phrases import shorten
from baton.redact import redact
from baton.storage import run_rows, show
from baton.storage.records import StepAttempt
from baton.storage.transaction import Transaction
from evals.report.records import StepLine

WIDTH = 400
"""Characters of an output that are shown: enough for a judgement, a list of passages or the first half of a draft."""


def read_steps(tx: Transaction, threads: Iterable[str]) -> dict[str, list[StepAttempt]]:
    """Return the step attempts of the last run of each thread; threads that are no longer there are left out."""
    runs = {thread: run_rows.find(tx, thread) for thread in threads}
    return {thread: show.steps(tx, thread, row.run) for thread, row in runs.items() if row}


def step_lines(attempts: Sequence[StepAttempt], blame: str | None) -> list[StepLine]:
    """Return a line for each attempt; `blame` is the path of the step that went wrong first."""
    return [
        {
            "step": each["step"],
            "attempt": each["attempt"],
            "status": each["status"],
            "latency_ms": each["latency_ms"],
            "output": short_text(each["output"]),
            "error": each["error"] and shorten(redact(each["error"]), WIDTH),
            "is_blamed": each["step"] == blame,
        }
        for each in attempts
    ]


def short_text(output: Any) -> str:
    """Return what a step wrote as one masked line: `key: value` of a record, JSON for what lies deeper.

    It is masked before it is cut, for half a card number is no longer known for one.
    """
    if output is None:
        return ""
    if not isinstance(output, dict):
        return shorten(redact(_value(output)), WIDTH)
    return shorten(redact("; ".join(f"{key}: {_value(value)}" for key, value in output.items())), WIDTH)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
