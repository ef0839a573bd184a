"""Spans: what is kept of every step, without secrets, and without getting in the way of a run."""

import json
import time
from typing import Any

from baton.plumbing import Plumbing, opened
from baton.spans import ENOUGH, Where, plain

WHERE = Where("t1", "desk/draft", "task-1", 2)
CARD = "4111 1111 1111 1111"


async def kept(plumbing: Plumbing) -> list[dict[str, Any]]:
    rows = await plumbing.database.do(lambda tx: tx.execute("SELECT * FROM spans ORDER BY span_id").fetchall())
    return [dict(row) for row in rows]


def record(plumbing: Plumbing, **more: Any) -> None:
    plumbing.spans.record(WHERE, **{"status": "done", "started": time.time(), **more})


async def test_a_span_says_where_it_was_how_it_ended_and_how_long_it_took(plumbing: Plumbing) -> None:
    record(plumbing, started=time.time() - 2, state={"text": "in"}, output='{"reply":"out"}')
    plumbing.spans.hand_over()
    (span,) = await kept(plumbing)
    assert (span["thread_id"], span["step"], span["attempt"], span["status"]) == ("t1", "desk/draft", 2, "done")
    assert 2000 <= span["latency_ms"] < 60_000
    assert (plain(span["input"]), plain(span["output"]), plain(span["error"])) == (
        {"text": "in"},
        {"reply": "out"},
        None,
    )


async def test_secrets_and_card_numbers_are_not_kept(plumbing: Plumbing) -> None:
    told = f"card {CARD}\nkey sk-verysecret123"
    record(plumbing, state={"text": told}, output=json.dumps({"reply": CARD}), error=told)
    plumbing.spans.hand_over()
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
    plumbing.spans.hand_over()
    (span,) = await kept(plumbing)
    assert plain(span["input"])["confidence"] == 0.4111111111111111
    assert plain(span["input"])["number"] == "[card ending 1111]"


async def test_an_error_that_sqlite_could_not_hold_does_not_take_the_others_with_it(plumbing: Plumbing) -> None:
    record(plumbing)
    record(plumbing, error="KeyError: \ud800")
    plumbing.spans.hand_over()
    assert [span["error"] for span in await kept(plumbing)] == [None, "KeyError: ?"]


async def test_spans_are_handed_over_when_there_are_enough(plumbing: Plumbing) -> None:
    for _ in range(ENOUGH - 1):
        record(plumbing)
    assert await kept(plumbing) == []
    record(plumbing)
    assert len(await kept(plumbing)) == ENOUGH


async def test_nothing_is_left_behind_when_the_plumbing_is_closed() -> None:
    async with opened() as first:
        record(first)
    async with opened() as second:
        assert len(await kept(second)) == 1
