"""A durable checkpointer on the shared writer: group commit, signed blobs, no types of a graph's own.

The latest checkpoint is the one written last, whatever the clock did. A process that lost its lease cannot write.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import ERROR

from baton._langgraph import holds_input
from baton.redact import redact_error, redact_json
from baton.storage.database import Database
from baton.storage.fence import ACTIVE, Guarded
from baton.storage.masking import mask
from baton.storage.run_rows import forget_thread
from baton.storage.signer import Signer
from baton.storage.transaction import Transaction


class CheckpointRow(NamedTuple):
    """A checkpoint as it is stored: `checkpoint` is signed, `metadata` is JSON text."""

    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    parent_id: str | None
    type: str
    checkpoint: bytes
    metadata: str


class WriteRow(NamedTuple):
    """A write of a task to a channel, as it is stored: `value` is signed."""

    task_id: str
    idx: int
    channel: str
    type: str
    value: bytes


COLUMNS = ", ".join(CheckpointRow._fields)
PUT = (
    f"INSERT INTO checkpoints ({COLUMNS}) VALUES {{rows}}"
    " ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE"
    " SET parent_id = excluded.parent_id, type = excluded.type, checkpoint = excluded.checkpoint,"
    " metadata = excluded.metadata"
)
WRITE_COLUMNS = "thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, value"
PUT_WRITE = f"INSERT INTO writes ({WRITE_COLUMNS}) VALUES {{rows}} ON CONFLICT DO "
KEEP_FIRST = PUT_WRITE + "NOTHING"
KEEP_LAST = PUT_WRITE + "UPDATE SET channel = excluded.channel, type = excluded.type, value = excluded.value"
IS_CHECKPOINT = "thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
LATEST = (  # the inner query reads an index only, however long the thread is
    f"SELECT {COLUMNS} FROM checkpoints"
    " WHERE seq = (SELECT max(seq) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ?)"
)
EXACT = f"SELECT {COLUMNS} FROM checkpoints WHERE {IS_CHECKPOINT}"
PENDING = f"SELECT {', '.join(WriteRow._fields)} FROM writes WHERE {IS_CHECKPOINT} ORDER BY task_path, task_id, idx"
BEFORE = (  # a copied thread has the same checkpoint ids
    "seq < (SELECT max(seq) FROM checkpoints AS named WHERE checkpoint_id = ? AND thread_id = checkpoints.thread_id)"
)
NEWEST_OF_EACH = "SELECT max(seq) FROM checkpoints GROUP BY thread_id, checkpoint_ns"


class SqliteCheckpointer(BaseCheckpointSaver[int]):
    """LangGraph's checkpointer on the shared database. Asynchronous only."""

    def __init__(self, database: Database, signer: Signer) -> None:
        super().__init__(serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        self._database = database
        self._signer = signer

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> "SqliteCheckpointer":  # noqa: ARG002
        """Return this checkpointer: it stores plain types only, so there is nothing to allow."""
        return self

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,  # noqa: ARG002 - the whole state is stored, not what changed
    ) -> RunnableConfig:
        """Store a checkpoint; on disk when this returns.

        A run's input is on disk with the checkpoint after it: no step begins before that one is.
        """
        given = config["configurable"]
        key = (str(given["thread_id"]), given.get("checkpoint_ns", ""), checkpoint["id"])
        parent, text = given.get("checkpoint_id"), redact_json(json.dumps(get_checkpoint_metadata(config, metadata)))
        content: Any = checkpoint
        if not (_is_masked(given) and metadata.get("source") == "loop"):
            content = {**checkpoint, "channel_values": mask(checkpoint["channel_values"])}
        kind, blob = self.serde.dumps_typed(content)
        row = (*key, parent, kind, self._signer.sign(blob, *key, parent, kind, text), text)
        if holds_input({**metadata}):
            self._database.enqueue(lambda tx: _put(tx, given.get(ACTIVE), PUT, [row]))
        else:
            await self._database.do(lambda tx: _put(tx, given.get(ACTIVE), PUT, [row]))
        return _config(*key)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Store what a task wrote; on disk when this returns."""
        if any(channel == ERROR and isinstance(value, asyncio.CancelledError) for channel, value in writes):
            return  # it has neither failed nor finished, and its writes so far would count as all of them
        given = config["configurable"]
        key = (str(given["thread_id"]), given.get("checkpoint_ns", ""), str(given["checkpoint_id"]))
        rows = []
        values = _storable(writes, is_masked=_is_masked(given))
        for position, ((channel, _), value) in enumerate(zip(writes, values, strict=True)):
            index = WRITES_IDX_MAP.get(channel, position)
            kind, blob = self.serde.dumps_typed(value)
            signed = self._signer.sign(blob, *key, task_id, index, channel, kind)
            rows.append((*key, task_id, task_path, index, channel, kind, signed))
        sql = KEEP_LAST if all(channel in WRITES_IDX_MAP for channel, _ in writes) else KEEP_FIRST
        await self._database.do(lambda tx: _put(tx, given.get(ACTIVE), sql, rows), can_wait=True)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the named checkpoint, or the one written last; None where there is none."""
        given, exact = config["configurable"], get_checkpoint_id(config)
        key = (str(given["thread_id"]), given.get("checkpoint_ns", ""), *([exact] if exact else []))
        sql = EXACT if exact else LATEST
        found = await self._database.do(lambda tx: _with_writes(tx, tx.execute(sql, key).fetchall()), durable=False)
        return self._tuple(*found[0]) if found else None

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - the framework's name
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """Yield checkpoints, the one written last first."""
        where, values = _conditions(config, filter, before)
        sql = f"SELECT {COLUMNS} FROM checkpoints {where} ORDER BY seq DESC LIMIT ?"
        values.append(-1 if limit is None else limit)
        for row, writes in await self._database.do(lambda tx: _with_writes(tx, tx.execute(sql, values).fetchall())):
            yield self._tuple(row, writes)

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete all checkpoints of a thread."""
        await self._database.do(lambda tx: _forget(tx, str(thread_id)))

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Delete the checkpoints that these runs (metadata `run_id`) wrote."""
        wanted = (json.dumps(list(run_ids)),)
        await self._database.do(
            lambda tx: _delete(tx, "json_extract(metadata, '$.run_id') IN (SELECT value FROM json_each(?))", wanted)
        )

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a thread's checkpoints and writes under another id."""
        await self._database.do(lambda tx: _copy(tx, self._signer, source_thread_id, target_thread_id))

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Delete all but the latest checkpoint of each namespace, or all of them (`strategy="delete"`)."""
        keep = f" AND seq NOT IN ({NEWEST_OF_EACH})" if strategy == "keep_latest" else ""
        where = f"thread_id IN (SELECT value FROM json_each(?)){keep}"
        await self._database.do(lambda tx: _delete(tx, where, (json.dumps(list(thread_ids)),)))

    def _tuple(self, row: CheckpointRow, writes: list[WriteRow]) -> CheckpointTuple:
        thread, namespace, checkpoint_id, parent, kind, signed, note = row
        key = (thread, namespace, checkpoint_id)
        blob = self._signer.verify(signed, *key, parent, kind, note)
        return CheckpointTuple(
            _config(*key),
            self.serde.loads_typed((kind, blob)),
            json.loads(note),
            _config(thread, namespace, parent) if parent else None,
            [self._write(key, write) for write in writes],
        )

    def _write(self, key: tuple[str, str, str], row: WriteRow) -> tuple[str, str, Any]:
        task, index, channel, kind, signed = row
        blob = self._signer.verify(signed, *key, task, index, channel, kind)
        return task, channel, self.serde.loads_typed((kind, blob))


def _config(thread: str, namespace: str, checkpoint_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread, "checkpoint_ns": namespace, "checkpoint_id": checkpoint_id}}


def _is_masked(configurable: Mapping[str, Any]) -> bool:
    """Whether the steps masked what they write: those of a graph of ours do that is not inside another."""
    run: Guarded | None = configurable.get(ACTIVE)
    return run is not None and run.writes_masked and not configurable.get("checkpoint_ns")


def _storable(writes: Sequence[tuple[str, Any]], *, is_masked: bool) -> list[Any]:
    """Return the values that a task wrote as they may be stored; of an error that failed it, the text."""
    values = [_text_of(value) if channel == ERROR else value for channel, value in writes]
    if not is_masked or any(channel.startswith("__") for channel, _ in writes):
        values = mask(values)  # in one go: most are small
    return values


def _text_of(error: Any) -> str:
    return redact_error(error if isinstance(error, str) else repr(error))


def _put(tx: Transaction, run: Guarded | None, sql: str, rows: list[tuple[Any, ...]]) -> None:
    if run is not None:
        run.guard(tx)
    tx.execute_rows(sql, rows)


def _with_writes(tx: Transaction, rows: list[Any]) -> list[tuple[CheckpointRow, list[WriteRow]]]:
    found = [CheckpointRow(*row) for row in rows]
    return [(row, [WriteRow(*each) for each in tx.execute(PENDING, row[:3]).fetchall()]) for row in found]


def _conditions(
    config: RunnableConfig | None, wanted: dict[str, Any] | None, before: RunnableConfig | None
) -> tuple[str, list[Any]]:
    """Return the WHERE clause of a listing with its values; keys of `wanted` are values too, never SQL."""
    clauses: list[str] = []
    values: list[Any] = []
    given = config["configurable"] if config else {}
    for column in ("thread_id", "checkpoint_ns", "checkpoint_id"):
        if given.get(column) is not None:
            clauses.append(f"{column} = ?")
            values.append(given[column])
    for key, value in (wanted or {}).items():
        clauses.append("json_extract(metadata, '$.' || json_quote(?)) IS json_extract(?, '$')")
        values += [key, json.dumps(value)]
    if before is not None:
        clauses.append(BEFORE)
        values.append(get_checkpoint_id(before))
    return (f"WHERE {' AND '.join(clauses)}" if clauses else ""), values


def _delete(tx: Transaction, where: str, values: tuple[Any, ...]) -> None:
    keys = f"SELECT thread_id, checkpoint_ns, checkpoint_id FROM checkpoints WHERE {where}"
    tx.execute(f"DELETE FROM writes WHERE (thread_id, checkpoint_ns, checkpoint_id) IN ({keys})", values)
    tx.execute(f"DELETE FROM checkpoints WHERE {where}", values)


def _forget(tx: Transaction, thread: str) -> None:
    """Delete a thread, also writes without a checkpoint: the process may have died between the two."""
    tx.execute("DELETE FROM writes WHERE thread_id = ?", (thread,))
    tx.execute("DELETE FROM checkpoints WHERE thread_id = ?", (thread,))
    forget_thread(tx, thread)


def _copy(tx: Transaction, signer: Signer, source: str, target: str) -> None:
    """Copy a thread; every blob is verified, and signed for the new thread."""
    rows = tx.execute(f"SELECT {COLUMNS} FROM checkpoints WHERE thread_id = ? ORDER BY seq", (source,)).fetchall()
    for _, *key, parent, kind, signed, note in rows:
        blob = signer.verify(signed, source, *key, parent, kind, note)
        fresh = signer.sign(blob, target, *key, parent, kind, note)
        tx.execute_rows(PUT, [(target, *key, parent, kind, fresh, note)])
    writes = tx.execute(f"SELECT {WRITE_COLUMNS} FROM writes WHERE thread_id = ?", (source,)).fetchall()
    for _, *key, task, path, index, channel, kind, signed in writes:
        blob = signer.verify(signed, source, *key, task, index, channel, kind)
        fresh = signer.sign(blob, target, *key, task, index, channel, kind)
        tx.execute_rows(KEEP_FIRST, [(target, *key, task, path, index, channel, kind, fresh)])
