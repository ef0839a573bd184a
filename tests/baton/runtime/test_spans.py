"""Spans: what is kept of every step, without secrets, and without getting in the way of a run."""

import asyncio
import json
import time
from typing import Any

from baton.runtime.plumbing import Plumbing, opened
from baton.runtime.spans import StepRef
from baton.storage.database import POSTED_S
from baton.storage.sqlite_file import ROWS_AT_ONCE, reading

STEP = StepRef("t1", 1, "desk/draft", "task-1", 2)
CARD = "4111 1111 1111 1111"


async def kept(plumbing: Plumbing) -> list[dict[str, Any]]:
    rows = await plumbing.database.do(lambda tx: tx.execute("SELECT * FROM spans ORDER BY span_id").fetchall())
    return [dict(row) for row in rows]


def record(plumbing: Plumbing, **more: Any) -> None:
    plumbing.spans.record(STEP, **{"status": "done", "started": time.time(), **more})


async def test_a_span_says_where_it_was_how_it_ended_and_how_long_it_took(plumbing: Plumbing) -> None:
    record(plumbing, started=time.time() - 2, state={"text": "in"}, output='{"reply":"out"}')
    (span,) = await kept(plumbing)
    assert (span["thread_id"], span["step"], span["attempt"], span["status"]) == ("t1", "desk/draft", 2, "done")
    assert 2000 <= span["latency_ms"] < 60_000
    assert (json.loads(span["input"]), json.loads(span["output"]), span["error"]) == (
        {"text": "in"},
        {"reply": "out"},
        None,
    )


async def test_secrets_and_card_numbers_are_not_kept(plumbing: Plumbing) -> None:
    told = f"card {CARD}\nkey sk-verysecret123"
    record(plumbing, state={"text": told}, output=json.dumps({"reply": CARD}), error=told)
    text = str(await kept(plumbing))
    assert "4111 1111" not in text
    assert "verysecret" not in text


async def test_what_is_kept_stays_json(plumbing: Plumbing) -> None:
    state = {
        "confidence": 0.4111111111111111,
        "number": 4111111111111111,
        "stamps": list(range(1732300000000, 1732300000040)),
    }
    record(plumbing, state=state)
    (span,) = await kept(plumbing)
    assert json.loads(span["input"])["confidence"] == 0.4111111111111111
    assert json.loads(span["input"])["number"] == "[card ending 1111]"


async def test_an_error_that_sqlite_could_not_hold_does_not_take_the_others_with_it(plumbing: Plumbing) -> None:
    record(plumbing)
    record(plumbing, error="KeyError: \ud800")
    assert [span["error"] for span in await kept(plumbing)] == [None, "KeyError: ?"]


async def test_more_spans_than_one_statement_holds_are_all_kept_in_their_order(plumbing: Plumbing) -> None:
    for number in range(2 * ROWS_AT_ONCE + 5):
        record(plumbing, state=number)
    assert [json.loads(span["input"]) for span in await kept(plumbing)] == [*range(2 * ROWS_AT_ONCE + 5)]


async def test_spans_are_written_soon_though_nothing_else_is(plumbing: Plumbing) -> None:
    record(plumbing)
    await asyncio.sleep(3 * POSTED_S)
    with reading(plumbing.database.path) as tx:
        assert tx.execute("SELECT count(*) FROM spans").fetchone()[0] == 1


async def test_nothing_is_left_behind_when_the_plumbing_is_closed() -> None:
    async with opened() as first:
        record(first)
    async with opened() as second:
        assert len(await kept(second)) == 1
