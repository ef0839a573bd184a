"""What programs are told about runs: lists, urgent ones first, then the newest."""

from baton.storage import run_rows
from baton.storage.adhoc_rows import AdHocEvent, upsert
from baton.storage.run_rows import SELECT
from baton.storage.sqlite_file import Connection
from baton.storage.summaries import URGENT_FIRST, list_runs
from tests.baton.rows import SEALS, new


def test_listings_are_newest_first_filtered_and_paged(rows: Connection) -> None:
    upsert(rows, [AdHocEvent("lib", "h", "library", 1, None, began=1.0)])
    assert [each["thread_id"] for each in list_runs(rows)] == ["two", "one", "lib"]
    assert [each["thread_id"] for each in list_runs(rows, status="queued", limit=1, offset=1)] == ["one"]
    assert [each["thread_id"] for each in list_runs(rows, graph="h")] == ["lib"]
    ours = [each.thread_id for each in run_rows.resumable(rows)]
    assert ours == ["one", "two"], "what the library began is not ours to go on with"


def test_urgent_runs_come_before_newer_ones_on_the_first_page(rows: Connection) -> None:
    run_rows.queue(rows, [new(name) for name in ("three", "four")], SEALS)
    for thread in ("one", "three"):
        run_rows.mark_urgent(rows, thread, 1, "theft")
    pages = [[each["thread_id"] for each in list_runs(rows, limit=2, offset=offset)] for offset in (0, 2)]
    assert pages == [["three", "one"], ["four", "two"]]
    assert [each["urgent"] for each in list_runs(rows)] == ["theft", "theft", None, None]


def test_a_page_is_read_in_the_order_of_the_index(rows: Connection) -> None:
    plan = " ".join(row["detail"] for row in rows.execute(f"EXPLAIN QUERY PLAN {SELECT} {URGENT_FIRST}").fetchall())
    assert "runs_by_age" in plan
    assert "TEMP B-TREE" not in plan
