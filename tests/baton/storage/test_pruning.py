"""Pruning: what has ended loses its states and spans, what is paused keeps what it goes on from, evidence stays."""

import time
from typing import Any

import pytest

from baton.runtime.resources import Resources
from baton.storage.pruning import DAY_S, prune
from tests.baton.storage.test_sqlite_checkpointer import at, put, rows

RUN = "INSERT INTO runs (thread_id, graph, origin, status, created_at, updated_at) VALUES (?, 'desk', 'run', ?, 0, ?)"
SPAN = (
    "INSERT INTO spans (thread_id, kind, step, task_id, attempt, status, started_at, latency_ms)"
    " VALUES (?, 'step', 'work', 'task', 1, 'done', 0, 1)"
)
LETTER = (
    "INSERT INTO dead_letters (letter_id, thread_id, step, occurrence, reason, error, evidence, status, ends_run,"
    " created_at, updated_at) VALUES ('dl-1', ?, 's', 'o', 'r', 'e', '{}', ?, 1, 0, 0)"
)


async def a_run(resources: Resources, thread: str, status: str, days: float = 40) -> None:
    """A run of three checkpoints with a write each, and a span."""
    config = at(thread)
    for n in range(3):
        config = await put(resources.checkpointer, config, n=n)
        await resources.checkpointer.aput_writes(config, [("n", n)], "task")
    await resources.database.do(lambda tx: tx.execute(RUN, (thread, status, time.time() - days * DAY_S)))
    await resources.database.do(lambda tx: tx.execute(SPAN, (thread,)))


async def pruned(resources: Resources, **how: Any) -> dict[str, int]:
    return await resources.database.do(lambda tx: prune(tx, **{"older_than_days": 30, **how}))


@pytest.mark.parametrize(
    "status,how,left,spans",
    [("done", {}, 0, 0), ("done", {"keep_latest": True}, 1, 0), ("waiting", {}, 1, 1), ("queued", {}, 1, 1)],
)
async def test_what_is_left_of_an_old_run(
    resources: Resources, status: str, how: dict[str, bool], left: int, spans: int
) -> None:
    await a_run(resources, "t", status)
    counts = await pruned(resources, **how)
    assert counts == {"runs": 1, "checkpoints": 3 - left, "writes": 3 - left, "spans": 1 - spans}
    assert await rows(resources) == (left, left)
    if left:
        latest = await resources.checkpointer.aget_tuple(at("t"))
        assert latest is not None
        assert latest.checkpoint["channel_values"] == {"n": 2}
    kept = await resources.database.do(lambda tx: tx.execute("SELECT count(*) FROM runs").fetchone()[0])
    assert kept == 1


@pytest.mark.parametrize("status,days", [("done", 20), ("running", 40)])
async def test_what_is_young_or_at_work_is_left_alone(resources: Resources, status: str, days: float) -> None:
    await a_run(resources, "t", status, days)
    assert set((await pruned(resources)).values()) == {0}
    assert await rows(resources) == (3, 3)


@pytest.mark.parametrize("letter,left", [("open", 3), ("discarded", 0)])
async def test_what_a_dead_letter_may_be_replayed_from_stays(resources: Resources, letter: str, left: int) -> None:
    await a_run(resources, "t", "dead_lettered")
    await resources.database.do(lambda tx: tx.execute(LETTER, ("t", letter)))
    await pruned(resources)
    assert await rows(resources) == (left, left)
