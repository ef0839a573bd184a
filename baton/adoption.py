"""Runs that nobody queued: a thread of the Agent Server, or a bare `graph.ainvoke`, gets its row here."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from baton import run_rows
from baton.active import ACTIVE, ActiveRun
from baton.budget import nanousd
from baton.plumbing import plumbing

SERVER_KEYS = {"assistant_id", "graph_id", "langgraph_request_id"}  # what the Agent Server puts beside the thread id


class AdoptedRun:
    """A run that its caller knows nothing of; `configurable` is the caller's with the run in it."""

    def __init__(self, run: ActiveRun, configurable: dict[str, Any], started: float) -> None:
        self.configurable = configurable
        self._run, self._started = run, started
        self._error: str | None = None

    def failed(self, error: BaseException) -> None:
        """Remember how it ended."""
        self._error = f"{type(error).__name__}: {error}"

    def close(self) -> None:
        """Close the run's row."""
        run, error, took = self._run, self._error, (time.time() - self._started) * 1000
        run.plumbing.database.post(lambda tx: run_rows.finish(tx, run, output=None, error=error, took_ms=took))


async def adopt(graph: str, given: Mapping[str, Any]) -> AdoptedRun:
    """A run for a call whose `configurable` is given, with a row of its own or its thread's."""
    started, open_plumbing = time.time(), await plumbing()
    thread_id = str(given.get("thread_id") or f"lib-{uuid4().hex[:12]}")
    run, caps = ActiveRun(thread_id, graph, open_plumbing), open_plumbing.settings
    row: dict[str, Any] = {"graph": graph, "origin": "server" if SERVER_KEYS & given.keys() else "library"}
    row |= {"budget": caps.budget_tokens, "nanousd": nanousd(caps.budget_usd)}
    open_plumbing.database.post(lambda tx: run_rows.adopt(tx, thread_id, **row, started=started))
    return AdoptedRun(run, {**given, "thread_id": thread_id, ACTIVE: run}, started)
