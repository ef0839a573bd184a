"""Runs that nobody queued: a thread of the Agent Server, or a bare `graph.ainvoke`, gets its row here."""

import time
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any, Self

from baton.active import ACTIVE, ActiveRun
from baton.budget import nanousd
from baton.plumbing import plumbing
from baton.run_rows import Adopted

SERVER_KEYS = {"assistant_id", "graph_id", "langgraph_request_id"}  # what the Agent Server puts beside the thread id


class AdoptedRun:
    """A run that its caller knows nothing of, as a block around the call.

    `configurable` is the caller's with the run in it.
    """

    def __init__(self, row: Adopted, tell: Callable[[Adopted], None], configurable: dict[str, Any]) -> None:
        self.configurable = configurable
        self._row, self._tell = row, tell

    def __enter__(self) -> Self:
        self._tell(self._row)
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        told = None if error is None else f"{type(error).__name__}: {error}"
        self._tell(self._row._replace(error=told, ended=time.time()))


async def adopt(graph: str, given: Mapping[str, Any], *, named: bool) -> AdoptedRun:
    """A run for a call whose `configurable` is given, with a row of its own or its thread's.

    Where no thread id is given the framework hears of ours only if it has to be `named`, for a checkpointer: it would
    copy the id into the metadata of every callback of every step.
    """
    began, open_plumbing = time.time(), await plumbing()
    thread_id = str(given.get("thread_id") or f"lib-{token_hex(6)}")
    origin, caps = "server" if SERVER_KEYS & given.keys() else "library", open_plumbing.settings
    row = Adopted(thread_id, graph, origin, caps.budget_tokens, nanousd(caps.budget_usd), began)
    configurable = {**given, ACTIVE: ActiveRun(thread_id, graph, open_plumbing)}
    if named or "thread_id" in given:
        configurable["thread_id"] = thread_id
    return AdoptedRun(row, open_plumbing.adopted, configurable)
