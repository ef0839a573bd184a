"""The rows of ad-hoc runs: what is told of their calls reads the same however it is batched."""

from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from baton.storage import run_rows
from baton.storage.adhoc_rows import AdHocEvent, upsert
from baton.storage.sqlite_file import ROWS_AT_ONCE, Connection
from baton.storage.summaries import list_runs
from tests.baton.rows import LETTER, in_memory

CALLS = st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans()), max_size=60)


def event(thread: str, began: float, ended: float | None = None, error: str | None = None) -> AdHocEvent:
    return AdHocEvent(thread, "h", "library", 1, None, began, ended, error)


@given(calls=CALLS, cuts=st.lists(st.integers(min_value=1, max_value=50), min_size=1, max_size=20))
def test_what_is_told_of_runs_reads_the_same_however_it_is_batched(
    calls: list[tuple[str, bool, bool]], cuts: list[int]
) -> None:
    """Each call of a thread begins, may end, and may end with an error; only what came last is its status."""
    events: list[AdHocEvent] = []
    for number, (thread, ends, fails) in enumerate(calls):
        events.append(event(thread, number))
        events += [event(thread, number, number + 0.5, "E: no" if fails else None)] if ends else []
    with closing(in_memory()) as at_once, closing(in_memory()) as in_parts:
        upsert(at_once, events)
        rest = events
        for cut in [*cuts, len(events)]:
            upsert(in_parts, rest[:cut])
            rest = rest[cut:]
        found = [tx.execute("SELECT * FROM runs ORDER BY thread_id").fetchall() for tx in (at_once, in_parts)]
        assert [dict(each) for each in found[0]] == [dict(each) for each in found[1]]
        for each in found[0]:
            last = [event for event in events if event.thread_id == each["thread_id"]][-1]
            assert each["status"] == ("running" if last.ended is None else "failed" if last.error else "done")
            ended = [event for event in events if event.thread_id == each["thread_id"] and event.ended]
            assert each["latency_ms"] == 500 * len(ended)


def test_more_runs_than_one_statement_holds_all_get_their_rows(rows: Connection) -> None:
    many = 2 * ROWS_AT_ONCE + 5
    upsert(rows, [event(f"lib-{number}", number, number + 1.0) for number in range(many)])
    assert len(list_runs(rows, graph="h", status="done")) == many


def test_a_run_that_was_dead_lettered_says_so(rows: Connection) -> None:
    rows.execute(LETTER, ("open", 1))
    upsert(rows, [event("one", 0.0, 1.0)])
    assert run_rows.get(rows, "one").status == "dead_lettered"
