"""Stock LangGraph with the features that every graph here has, each by its own mechanism or the smallest addition.

Durable by AsyncSqliteSaver at its defaults, retried by RetryPolicy, timed by TimeoutPolicy. What it does not have is
added as one would: a budget that parallel steps share is a row in SQLite that a call reserves from, committed before
the call (its settlement is committed with the next one); a callback handler makes spans and writes them in batches.
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

BATCH = 64  # spans that are buffered, as ours are
CAP = 1_000_000
BUDGETS = "CREATE TABLE budgets (thread PRIMARY KEY, reserved, spent)"
RESERVE = (
    "UPDATE budgets SET reserved = reserved + :tokens WHERE thread = :thread AND spent + reserved + :tokens <= :cap"
)
SETTLE = "UPDATE budgets SET reserved = reserved - :tokens, spent = spent + :used WHERE thread = :thread"


@dataclass
class Budgets:
    """The budgets, a row a thread; a reservation is on disk before the call that it is for."""

    connection: aiosqlite.Connection

    async def open_for(self, thread: str) -> None:
        """Insert a new thread's row, which is committed with its first reservation."""
        await self.connection.execute("INSERT INTO budgets VALUES (?, 0, 0)", (thread,))

    async def reserve(self, thread: str, tokens: int) -> None:
        """Reserve so many tokens, or fail."""
        values = {"thread": thread, "tokens": tokens, "cap": CAP}
        cursor = await self.connection.execute(RESERVE, values)
        assert cursor.rowcount == 1, "over budget"
        await self.connection.commit()

    async def settle(self, thread: str, tokens: int, tokens_used: int) -> None:
        """Replace the reservation by the tokens that were used; committed with the next reservation."""
        await self.connection.execute(SETTLE, {"thread": thread, "tokens": tokens, "used": tokens_used})


@dataclass
class Tracer(BaseCallbackHandler):
    """Makes a span for every node, with its input and output."""

    connection: sqlite3.Connection
    open_spans: dict[UUID, tuple[str, str, float, bytes]] = field(default_factory=dict)
    buffer: list[tuple[Any, ...]] = field(default_factory=list)
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
        """Open a span where a node begins."""
        fields = metadata or {}
        if more.get("name") == fields.get("langgraph_node"):
            self.open_spans[run_id] = (fields["thread_id"], fields["langgraph_node"], time.time(), to_json(inputs))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_more: Any) -> None:
        """Close the span with the output."""
        self._end(run_id, to_json(outputs), None)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **_more: Any) -> None:
        """Close the span with the error."""
        self._end(run_id, None, repr(error))

    def _end(self, run_id: UUID, output: bytes | None, error: str | None) -> None:
        open_spans = self.open_spans.pop(run_id, None)
        if open_spans is not None:
            self.buffer.append((*open_spans, time.time(), output, error))
            if len(self.buffer) >= BATCH:
                self.flush()

    def flush(self) -> None:
        """Write the spans of the buffer."""
        with self.connection:
            self.connection.executemany("INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?)", self.buffer)
        self.buffer = []


@dataclass(frozen=True)
class Stock:
    """The resources of the peer's runs."""

    saver: AsyncSqliteSaver
    budgets: Budgets
    tracer: Tracer


@asynccontextmanager
async def stock(folder: Path) -> AsyncIterator[Stock]:
    """Open the resources on new files, with write-ahead logs, and no fsync for spans."""
    spans = sqlite3.connect(folder / "spans.db")
    spans.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL")
    spans.execute("CREATE TABLE spans (thread, step, started, input, ended, output, error)")
    async with (
        AsyncSqliteSaver.from_conn_string(str(folder / "checkpoints.db")) as saver,
        aiosqlite.connect(folder / "budgets.db") as budgets,
    ):
        await budgets.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE budgets (thread PRIMARY KEY, reserved, spent)"
        )
        yield Stock(saver, Budgets(budgets), tracer := Tracer(spans))
        tracer.flush()
        await budgets.commit()
    spans.close()
