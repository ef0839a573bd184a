"""Runs and steps as objects for programs: the fields that are promised, no others."""

from collections.abc import Mapping
from typing import Any

from baton.cli.views.phrases import iso
from baton.storage.records import RunSummary, StepAttempt

RUN = ("line", "id", "thread_id", "run", "graph", "status", "output", "waiting_for", "dead_letters", "usage")
STEP = ("step", "attempt", "status", "started_at", "latency_ms", "input", "output", "model")
PAID = ("input_tokens", "output_tokens", "cost_usd", "error")


def as_object(run: RunSummary) -> dict[str, Any]:
    """One run; `line` only for a file's record, `id` where it has one of its own, `error` only where there is one."""
    known: Mapping[str, Any] = run
    told = {name: known[name] for name in (*RUN, "latency_ms", "error") if name in known}
    if told.get("error") is None:
        told.pop("error", None)
    return told


def as_row(run: RunSummary) -> dict[str, Any]:
    """One run in a list: the same, and when it began and last changed (ISO 8601)."""
    times = {"created_at": iso(run["created_at"]), "updated_at": iso(run["updated_at"])}
    return {**as_object(run), "origin": run["origin"], **times}


def step_object(step: StepAttempt) -> dict[str, Any]:
    """One step attempt; `started_at` is ISO 8601."""
    known: Mapping[str, Any] = step
    return {**{name: known[name] for name in (*STEP, *PAID)}, "started_at": iso(step["started_at"])}
