"""The checkpointer: LangGraph's own conformance suite, the clock, forged blobs, and threads that are copied."""

import asyncio
import pickle
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.capabilities import ALL_CAPABILITIES, DetectedCapabilities
from pydantic import BaseModel

from baton.errors import LeaseLost, TamperedCheckpoint
from baton.runtime.active import ActiveRun
from baton.runtime.resources import Resources
from baton.storage.database import Database
from baton.storage.fence import ACTIVE
from baton.storage.signer import Signer
from baton.storage.sqlite_checkpointer import SqliteCheckpointer
from baton.storage.sqlite_file import connect_for_reading
from baton.storage.transaction import Transaction

BOOM: list[str] = []


def at(thread: str, checkpoint_id: str | None = None, **more: Any) -> RunnableConfig:
    named = {"checkpoint_id": checkpoint_id} if checkpoint_id else {}
    return {"configurable": {"thread_id": thread, "checkpoint_ns": "", **named, **more}}


async def put(saver: SqliteCheckpointer, config: RunnableConfig, **values: Any) -> RunnableConfig:
    checkpoint = {**empty_checkpoint(), "channel_values": values}
    return await saver.aput(config, checkpoint, {"step": 1}, {})  # type: ignore[arg-type]


async def rows(resources: Resources) -> tuple[int, int]:
    """How many checkpoints and writes there are."""
    sql = "SELECT (SELECT count(*) FROM checkpoints), (SELECT count(*) FROM writes)"
    checkpoints, writes = await resources.database.do(lambda tx: tx.execute(sql).fetchone())
    return checkpoints, writes


async def overwrite(resources: Resources, blob: bytes) -> None:
    await resources.database.do(lambda tx: tx.execute("UPDATE checkpoints SET checkpoint = ?", (blob,)))


async def test_it_conforms_with_every_capability(tmp_path: Any, resources: Resources) -> None:
    @checkpointer_test(name="baton")
    async def saver() -> AsyncIterator[SqliteCheckpointer]:
        database = await Database.open(tmp_path / f"{time.monotonic_ns()}.db")
        yield SqliteCheckpointer(database, Signer(b"k" * 32))
        await database.close()

    report = await validate(saver)
    assert DetectedCapabilities.from_instance(resources.checkpointer).detected == ALL_CAPABILITIES
    assert {name for name, result in report.results.items() if not (result.detected and result.passed)} == set()
    assert sum(result.tests_passed for result in report.results.values()) > 70


async def test_a_runs_input_is_on_disk_with_the_checkpoint_after_it(resources: Resources) -> None:
    """No step begins before that one is there, so a run does not wait for the two of them one after the other."""
    saver = resources.checkpointer
    asked = await saver.aput(at("t"), empty_checkpoint(), {"source": "input", "step": -1}, {})
    last = await put(saver, asked, n=1)
    with connect_for_reading(resources.database.path) as tx:
        kept = [row[0] for row in tx.execute("SELECT checkpoint_id FROM checkpoints ORDER BY seq").fetchall()]
    assert kept == [asked["configurable"]["checkpoint_id"], last["configurable"]["checkpoint_id"]]


async def test_the_latest_is_the_one_written_last_whatever_the_clock_did(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    saver = resources.checkpointer
    first = await put(saver, at("t"), n=1)
    yesterday = time.time_ns() - 86_400 * 10**9
    monkeypatch.setattr("langgraph.checkpoint.base.id._last_v6_timestamp", None)
    monkeypatch.setattr("langgraph.checkpoint.base.id.time.time_ns", lambda: yesterday)
    second = await put(saver, first, n=2)
    assert second["configurable"]["checkpoint_id"] < first["configurable"]["checkpoint_id"]
    latest = await saver.aget_tuple(at("t"))
    assert latest is not None
    assert latest.checkpoint["channel_values"] == {"n": 2}
    assert [each.checkpoint["channel_values"]["n"] async for each in saver.alist(at("t"))] == [2, 1]
    assert [each.checkpoint["channel_values"]["n"] async for each in saver.alist(at("t"), before=second)] == [1]


@pytest.mark.parametrize(
    "sql", ["UPDATE checkpoints SET type = ?, checkpoint = ?", "UPDATE writes SET type = ?, value = ?"]
)
@pytest.mark.parametrize("forged", [b"", b"x" * 40, pickle.dumps(BOOM.append)])
async def test_a_blob_without_our_seal_is_refused_before_it_is_unpacked(
    resources: Resources, sql: str, forged: bytes
) -> None:
    config = await put(resources.checkpointer, at("t"), n=1)
    await resources.checkpointer.aput_writes(config, [("n", 2)], "task")
    await resources.database.do(lambda tx: tx.execute(sql, ("pickle", forged)))
    with pytest.raises(TamperedCheckpoint):
        await resources.checkpointer.aget_tuple(at("t"))


SWAPS = {
    "between threads": "UPDATE checkpoints SET checkpoint = (SELECT checkpoint FROM checkpoints AS other"
    " WHERE other.thread_id != checkpoints.thread_id), type = type",
    "between checkpoints": "UPDATE checkpoints SET checkpoint_id = checkpoint_id || 'x'",
    "to another thread": "UPDATE checkpoints SET thread_id = 'u2' WHERE thread_id = 'u'",
    "to another namespace": "UPDATE checkpoints SET checkpoint_ns = 'inner'",
    "to another parent": "UPDATE checkpoints SET parent_id = 'other'",
    "its metadata": "UPDATE checkpoints SET metadata = replace(metadata, '1', '2')",
    "a write's channel": "UPDATE writes SET channel = 'other'",
    "a write's task": "UPDATE writes SET task_id = 'other'",
    "a write's index": "UPDATE writes SET idx = idx + 5",
    "a write's thread": "UPDATE writes SET thread_id = 'u' WHERE thread_id = 't'",
}


@pytest.mark.parametrize("sql", SWAPS.values(), ids=SWAPS)
async def test_a_blob_holds_at_its_own_place_only(resources: Resources, sql: str) -> None:
    saver = resources.checkpointer
    first = await put(saver, at("t"), n=1)
    await saver.aput_writes(first, [("n", 2)], "task")
    await put(saver, at("u", first["configurable"]["checkpoint_id"]), n=3)
    if "thread_id = 'u' WHERE" in sql:  # so that the write finds a checkpoint of its id
        await resources.database.do(lambda tx: tx.execute("UPDATE writes SET checkpoint_id = ?", (id_of_u(tx),)))
    await resources.database.do(lambda tx: tx.execute(sql))
    with pytest.raises(TamperedCheckpoint):
        [each async for each in saver.alist(None)]


def id_of_u(tx: Transaction) -> str:
    return str(tx.execute("SELECT checkpoint_id FROM checkpoints WHERE thread_id = 'u'").fetchone()[0])


async def test_a_copy_is_sealed_for_its_new_place_and_a_forged_thread_is_not_copied(resources: Resources) -> None:
    saver = resources.checkpointer
    config = await put(saver, at("t"), n=1)
    await saver.aput_writes(config, [("n", 2)], "task")
    await saver.acopy_thread("t", "copy")
    copied = await saver.aget_tuple(at("copy"))
    assert copied is not None
    assert copied.checkpoint["channel_values"] == {"n": 1}
    assert copied.pending_writes == [("task", "n", 2)]
    await overwrite(resources, b"x" * 40)
    with pytest.raises(TamperedCheckpoint):
        await saver.acopy_thread("t", "another")
    assert await saver.aget_tuple(at("another")) is None


async def test_one_flipped_bit_is_noticed_wherever_it_is(resources: Resources) -> None:
    await put(resources.checkpointer, at("t"), text="a customer's message")
    blob = await resources.database.do(lambda tx: tx.execute("SELECT checkpoint FROM checkpoints").fetchone()[0])
    for index in range(len(blob)):
        flipped = bytes([*blob[:index], blob[index] ^ 1, *blob[index + 1 :]])
        await overwrite(resources, flipped)
        with pytest.raises(TamperedCheckpoint):
            await resources.checkpointer.aget_tuple(at("t"))


async def test_another_homes_checkpoint_is_refused(resources: Resources) -> None:
    await put(resources.checkpointer, at("t"), n=1)
    with pytest.raises(TamperedCheckpoint):
        await SqliteCheckpointer(resources.database, Signer(b"another key")).aget_tuple(at("t"))


class Revived(BaseModel):
    text: str


async def test_no_class_of_ours_is_brought_back_to_life(resources: Resources) -> None:
    await put(resources.checkpointer, at("t"), model=Revived(text="x"))
    found = await resources.checkpointer.aget_tuple(at("t"))
    assert found is not None
    assert not isinstance(found.checkpoint["channel_values"]["model"], Revived)


async def test_a_process_that_lost_its_lease_writes_nothing(resources: Resources) -> None:
    config = await put(resources.checkpointer, at("t"), n=1)
    stale = ActiveRun("t", 1, "graph", resources, fence=1)
    held = at("t", config["configurable"]["checkpoint_id"], **{ACTIVE: stale})
    with pytest.raises(LeaseLost):
        await put(resources.checkpointer, held, n=2)
    with pytest.raises(LeaseLost):
        await resources.checkpointer.aput_writes(held, [("n", 2)], "task")
    assert await rows(resources) == (1, 0)


async def test_a_deleted_thread_leaves_nothing_not_even_writes_whose_checkpoint_never_came(
    resources: Resources,
) -> None:
    config = await put(resources.checkpointer, at("t"), n=1)
    await resources.checkpointer.aput_writes(config, [("n", 2)], "task")
    await resources.checkpointer.aput_writes(at("t", "never-stored"), [("n", 3)], "task")
    await put(resources.checkpointer, at("other"), n=1)
    await resources.checkpointer.adelete_thread("t")
    assert await rows(resources) == (1, 0)


async def test_a_copy_does_not_change_what_came_before_in_the_original(resources: Resources) -> None:
    saver = resources.checkpointer
    config = at("t")
    for n in range(3):
        config = await put(saver, config, n=n)
    await saver.acopy_thread("t", "copy")
    earlier = [each.checkpoint["channel_values"]["n"] async for each in saver.alist(at("t"), before=config)]
    assert earlier == [1, 0]


@pytest.mark.parametrize("key", ["step') OR 1=1 --", 'step" OR 1=1 --', "x\n", "$.step"])
async def test_a_filters_key_is_never_sql(resources: Resources, key: str) -> None:
    await put(resources.checkpointer, at("t"), n=1)
    assert [each async for each in resources.checkpointer.alist(None, filter={key: 1})] == []
    assert len([each async for each in resources.checkpointer.alist(None, filter={"step": 1})]) == 1


async def test_savers_of_several_threads_share_the_file(resources: Resources) -> None:
    async def write(name: str) -> None:
        database = await Database.open(resources.database.path)
        saver, config = SqliteCheckpointer(database, Signer(b"k" * 32)), at(name)
        for n in range(10):
            config = await put(saver, config, n=n)
        await database.close()

    names = [f"t{number}" for number in range(4)]
    await asyncio.gather(*(asyncio.to_thread(asyncio.run, write(name)) for name in names))
    assert await rows(resources) == (40, 0)
