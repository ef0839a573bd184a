"""Spans: what is kept of every step, without secrets, and without getting in the way of a run."""

import asyncio
import json
import time
from typing import Any

from baton.runtime.resources import Resources, open_resources
from baton.runtime.spans import StepRef
from baton.storage.database import WRITE_DELAY_S
from baton.storage.sqlite_file import ROWS_AT_ONCE, connect_for_reading

STEP = StepRef("t1", 1, "desk/draft", "task-1", 2)
CARD = "4111 1111 1111 1111"


async def kept(resources: Resources) -> list[dict[str, Any]]:
    rows = await resources.database.do(lambda tx: tx.execute("SELECT * FROM spans ORDER BY span_id").fetchall())
    return [dict(row) for row in rows]


def record(resources: Resources, **more: Any) -> None:
    resources.spans.record(STEP, **{"status": "done", "started": time.time(), **more})


async def test_a_span_says_where_it_was_how_it_ended_and_how_long_it_took(resources: Resources) -> None:
    record(resources, started=time.time() - 2, state={"text": "in"}, output='{"reply":"out"}')
    (span,) = await kept(resources)
    assert (span["thread_id"], span["step"], span["attempt"], span["status"]) == ("t1", "desk/draft", 2, "done")
    assert 2000 <= span["latency_ms"] < 60_000
    assert (json.loads(span["input"]), json.loads(span["output"]), span["error"]) == (
        {"text": "in"},
        {"reply": "out"},
        None,
    )


async def test_secrets_and_card_numbers_are_not_kept(resources: Resources) -> None:
    told = f"card {CARD}\nkey sk-verysecret123"
    record(resources, state={"text": told}, output=json.dumps({"reply": CARD}), error=told)
    text = str(await kept(resources))
    assert "4111 1111" not in text
    assert "verysecret" not in text


async def test_what_is_kept_stays_json(resources: Resources) -> None:
    state = {
        "confidence": 0.4111111111111111,
        "number": 4111111111111111,
        "stamps": list(range(1732300000000, 1732300000040)),
    }
    record(resources, state=state)
    (span,) = await kept(resources)
    assert json.loads(span["input"])["confidence"] == 0.4111111111111111
    assert json.loads(span["input"])["number"] == "[card ending 1111]"


async def test_an_error_that_sqlite_could_not_hold_does_not_take_the_others_with_it(resources: Resources) -> None:
    record(resources)
    record(resources, error="KeyError: \ud800")
    assert [span["error"] for span in await kept(resources)] == [None, "KeyError: ?"]


async def test_more_spans_than_one_statement_holds_are_all_kept_in_their_order(resources: Resources) -> None:
    for number in range(2 * ROWS_AT_ONCE + 5):
        record(resources, state=number)
    assert [json.loads(span["input"]) for span in await kept(resources)] == [*range(2 * ROWS_AT_ONCE + 5)]


async def test_spans_are_written_soon_though_nothing_else_is(resources: Resources) -> None:
    record(resources)
    await asyncio.sleep(3 * WRITE_DELAY_S)
    with connect_for_reading(resources.database.path) as tx:
        assert tx.execute("SELECT count(*) FROM spans").fetchone()[0] == 1


async def test_nothing_is_left_behind_when_the_plumbing_is_closed() -> None:
    async with open_resources() as first:
        record(first)
    async with open_resources() as second:
        assert len(await kept(second)) == 1
