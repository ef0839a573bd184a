"""Stock LangGraph with the features that every graph here has, each by its own mechanism or the smallest addition.

Durable by AsyncSqliteSaver at its defaults, retried by RetryPolicy, timed by TimeoutPolicy. What it does not have is
added as one would: a budget that parallel steps share is a row in SQLite that a call reserves from, committed before
the call (the settlement rides with the next commit); spans are taken by a callback handler and written in batches.
"""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiosqlite
from langchain_core.callbacks import BaseCallbackHandler
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from pydantic_core import to_json

BATCH = 64  # spans held back, as ours are
CAP = 1_000_000
RESERVE = "UPDATE budgets SET held = held + :tokens WHERE thread = :thread AND spent + held + :tokens <= :cap"
SETTLE = "UPDATE budgets SET held = held - :tokens, spent = spent + :used WHERE thread = :thread"


@dataclass
class Budgets:
    """A row a thread; reservations are on disk before the call that they are for."""

    connection: aiosqlite.Connection

    async def open_for(self, thread: str) -> None:
        """A new thread's row, committed with its first reservation."""
        await self.connection.execute("INSERT INTO budgets VALUES (?, 0, 0)", (thread,))

    async def reserve(self, thread: str, tokens: int) -> None:
        """Hold so much, or fail."""
        values = {"thread": thread, "tokens": tokens, "cap": CAP}
        changed = await self.connection.execute(RESERVE, values)
        assert changed.rowcount == 1, "over budget"
        await self.connection.commit()

    async def settle(self, thread: str, tokens: int, used: int) -> None:
        """Give back what was not used; on disk with the next reservation."""
        await self.connection.execute(SETTLE, {"thread": thread, "tokens": tokens, "used": used})


@dataclass
class Tracer(BaseCallbackHandler):
    """A span for every node, with what it was given and what it gave."""

    connection: sqlite3.Connection
    begun: dict[UUID, tuple[str, str, float, bytes]] = field(default_factory=dict)
    held: list[tuple[Any, ...]] = field(default_factory=list)
    run_inline = True  # in the loop's own thread: the cheapest way there is

    def on_chain_start(
        self,
        serialized: Any,  # noqa: ARG002 - the framework's signature
        inputs: Any,
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """A node, or something within one, begins."""
        known = metadata or {}
        if more.get("name") == known.get("langgraph_node"):
            self.begun[run_id] = (known["thread_id"], known["langgraph_node"], time.time(), to_json(inputs))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_more: Any) -> None:
        """It is done."""
        self._end(run_id, to_json(outputs), None)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_more: Any) -> None:
        """It failed."""
        self._end(run_id, None, repr(error))

    def _end(self, run_id: UUID, output: bytes | None, error: str | None) -> None:
        begun = self.begun.pop(run_id, None)
        if begun is not None:
            self.held.append((*begun, time.time(), output, error))
            if len(self.held) >= BATCH:
                self.hand_over()

    def hand_over(self) -> None:
        """Write what is held."""
        with self.connection:
            self.connection.executemany("INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?)", self.held)
        self.held = []


@dataclass(frozen=True)
class Stock:
    """What a run of the peer stands on."""

    saver: AsyncSqliteSaver
    budgets: Budgets
    tracer: Tracer


@asynccontextmanager
async def stock(folder: Path) -> AsyncIterator[Stock]:
    """All of it, on new files; write-ahead logs throughout, and no fsync for spans."""
    spans = sqlite3.connect(folder / "spans.db")
    spans.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL")
    spans.execute("CREATE TABLE spans (thread, step, started, input, ended, output, error)")
    async with (
        AsyncSqliteSaver.from_conn_string(str(folder / "checkpoints.db")) as saver,
        aiosqlite.connect(folder / "budgets.db") as budgets,
    ):
        await budgets.executescript("PRAGMA journal_mode=WAL; CREATE TABLE budgets (thread PRIMARY KEY, held, spent)")
        yield Stock(saver, Budgets(budgets), tracer := Tracer(spans))
        tracer.hand_over()
        await budgets.commit()
    spans.close()
