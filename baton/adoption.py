"""Runs that nobody queued: a thread of the Agent Server, or a bare `graph.ainvoke`, gets its row here."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from baton import run_rows
from baton.active import ACTIVE, ActiveRun
from baton.budget import nanousd
from baton.plumbing import plumbing

SERVER_KEYS = {"assistant_id", "graph_id", "langgraph_request_id"}  # what the Agent Server puts beside the thread id


@asynccontextmanager
async def adopted(graph: str, given: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """The caller's `configurable` with a run in it; the run's row is closed when the block ends."""
    started = time.time()
    open_plumbing = await plumbing()
    thread_id = str(given.get("thread_id") or f"lib-{uuid4().hex[:12]}")
    run = ActiveRun(thread_id, graph, open_plumbing)
    origin = "server" if SERVER_KEYS & given.keys() else "library"
    caps = open_plumbing.settings
    row: dict[str, Any] = {"graph": graph, "origin": origin}
    row |= {"budget": caps.budget_tokens, "nanousd": nanousd(caps.budget_usd)}
    open_plumbing.database.post(lambda tx: run_rows.adopt(tx, thread_id, **row, started=started))
    error: str | None = None
    try:
        yield {**given, "thread_id": thread_id, ACTIVE: run}
    except BaseException as raised:
        error = f"{type(raised).__name__}: {raised}"
        raise
    finally:
        took = (time.time() - started) * 1000
        open_plumbing.database.post(lambda tx: run_rows.finish(tx, run, output=None, error=error, took_ms=took))
