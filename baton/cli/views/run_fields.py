"""Runs and steps as objects for programs: the fields that are promised, no others."""

from typing import Any

from baton.cli.views.phrases import iso

RUN = ("line", "id", "thread_id", "run", "graph", "status", "output", "waiting_for", "dead_letters", "usage")
STEP = ("step", "attempt", "status", "started_at", "latency_ms", "input", "output", "model")
PAID = ("input_tokens", "output_tokens", "cost_usd", "error")


def as_object(run: dict[str, Any]) -> dict[str, Any]:
    """One run; `line` only for a file's record, `id` where it has one of its own, `error` only where there is one."""
    told = {name: run[name] for name in (*RUN, "latency_ms", "error") if name in run}
    if told.get("error") is None:
        told.pop("error", None)
    return told


def as_row(run: dict[str, Any]) -> dict[str, Any]:
    """One run in a list: the same, and when it began and last changed (ISO 8601)."""
    times = {name: iso(run[name]) for name in ("created_at", "updated_at")}
    return {**as_object(run), "origin": run["origin"], **times}


def step_object(step: dict[str, Any]) -> dict[str, Any]:
    """One step attempt; `started_at` is ISO 8601."""
    return {**{name: step[name] for name in (*STEP, *PAID)}, "started_at": iso(step["started_at"])}
