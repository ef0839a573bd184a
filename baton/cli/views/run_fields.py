"""Runs and steps as JSON objects, with the documented fields alone."""

from collections.abc import Mapping
from typing import Any

from baton.cli.views.phrases import iso_time
from baton.storage.records import RunSummary, StepAttempt

RUN = ("line", "id", "thread_id", "run", "graph", "status", "output", "waiting_for", "urgent", "dead_letters", "usage")
STEP = ("step", "attempt", "status", "started_at", "latency_ms", "input", "output", "model")
PAID = ("input_tokens", "output_tokens", "cost_usd", "error")


def run_object(run: RunSummary) -> dict[str, Any]:
    """Return a run as a JSON object; `line` and `id` only for a record of a file, `error` only where there is one."""
    fields: Mapping[str, Any] = run
    result = {name: fields[name] for name in (*RUN, "latency_ms", "error") if name in fields}
    if result.get("error") is None:
        result.pop("error", None)
    return result


def run_list_item(run: RunSummary) -> dict[str, Any]:
    """Return a run of a list as a JSON object: with its origin and the times of start and last change (ISO 8601)."""
    times = {"created_at": iso_time(run["created_at"]), "updated_at": iso_time(run["updated_at"])}
    return {**run_object(run), "origin": run["origin"], **times}


def step_object(step: StepAttempt) -> dict[str, Any]:
    """Return a step attempt as a JSON object; `started_at` is ISO 8601."""
    fields: Mapping[str, Any] = step
    return {**{name: fields[name] for name in (*STEP, *PAID)}, "started_at": iso_time(step["started_at"])}
