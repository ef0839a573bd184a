"""What programs are told about runs: lists, newest first."""

from baton.storage import run_rows
from baton.storage.adhoc_rows import AdHocEvent, upsert
from baton.storage.sqlite_file import Connection
from baton.storage.summaries import list_runs


def test_listings_are_newest_first_filtered_and_paged(rows: Connection) -> None:
    upsert(rows, [AdHocEvent("lib", "h", "library", 1, None, began=1.0)])
    assert [each["thread_id"] for each in list_runs(rows)] == ["two", "one", "lib"]
    assert [each["thread_id"] for each in list_runs(rows, status="queued", limit=1, offset=1)] == ["one"]
    assert [each["thread_id"] for each in list_runs(rows, graph="h")] == ["lib"]
    ours = [each.thread_id for each in run_rows.resumable(rows)]
    assert ours == ["one", "two"], "what the library began is not ours to go on with"
