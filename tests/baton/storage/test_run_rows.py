"""The rows of runs: leases, fences, and the status that follows from what is recorded."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baton.errors import LeaseLost, ThreadInUse
from baton.storage import run_rows, sqlite_file
from baton.storage.fence import Fence
from baton.storage.seals import Seals
from baton.storage.sqlite_file import ROWS_AT_ONCE, Connection, connect, opened
from baton.testing import steady_clock

APPROVAL = (
    "INSERT INTO approvals (interrupt_id, thread_id, step, occurrence, request, digest, decision, created_at)"
    " VALUES ('i', 'one', 's', '0', '{}', 'd', ?, 0)"
)
LETTER = (
    "INSERT INTO dead_letters (letter_id, thread_id, step, occurrence, reason, error, evidence, status, ends_run,"
    " created_at, updated_at) VALUES ('l', 'one', 's', '0', 'r', 'e', '{}', ?, ?, 0, 0)"
)
HOLDERS = {who: run_rows.new_holder() for who in (True, False)}
SEALS = Seals(b"k" * 32)
Clock = Callable[[float], None]


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Connection]:
    with closing(opened(tmp_path / "baton.db")) as made:
        run_rows.queue(made, [row("one"), row("two")], SEALS)
        yield made


@pytest.fixture
def clock() -> Iterator[Clock]:
    with steady_clock() as stands:

        def set_to(seconds: float) -> None:
            stands.now = seconds

        set_to(100)
        yield set_to


def in_memory() -> Connection:
    made = connect(Path(":memory:"))
    made.executescript(Path(sqlite_file.__file__).with_name("schema.sql").read_text())
    return made


def row(thread: str) -> dict[str, Any]:
    given_up = {"context": "{}", "fingerprint": "f", "line": None}
    uncapped = {"budget_tokens": None, "budget_nanousd": None}
    return {"thread_id": thread, "graph": "g", "input": "{}", **given_up, **uncapped}


def told(thread: str, began: float, ended: float | None = None, error: str | None = None) -> run_rows.Adopted:
    return run_rows.Adopted(thread, "h", "library", 1, None, began, ended, error)


def run(number: int | None) -> Fence:
    return Fence("one", 1, number)


def claim(rows: Connection, holder: str, lease_s: float) -> dict[str, Any] | None:
    return run_rows.claim(rows, run_rows.get(rows, "one"), holder, lease_s)


def close(rows: Connection, fence: int = 1, **more: Any) -> str:
    given_up = {"output": None, "error": None, "took_ms": 1.5, **more}
    run_rows.finish(rows, run(fence), SEALS, **given_up)
    return str(run_rows.get(rows, "one")["status"])


def test_a_lease_is_held_until_it_runs_out_and_renewing_keeps_it(rows: Connection, clock: Clock) -> None:
    first, second = run_rows.new_holder(), run_rows.new_holder()
    assert claim(rows, first, 5)
    assert claim(rows, second, 5) is None
    assert claim(rows, first, 5) is None, "nor may its own process take it twice"
    clock(104)
    run_rows.renew(rows, first, 5)
    clock(108)
    assert claim(rows, second, 5) is None
    clock(110)
    taken = claim(rows, second, 5)
    assert taken is not None
    assert (taken["fence"], taken["recoveries"], taken["holder"]) == (2, 1, second)
    run_rows.renew(rows, first, 5)
    assert run_rows.get(rows, "one")["lease_until"] == 115, "who lost a lease cannot prolong it"


def test_a_lease_from_before_a_reboot_is_void(rows: Connection, clock: Clock) -> None:
    clock(1_000_000)
    assert claim(rows, "another-boot:1:x", 5)
    clock(1)
    assert run_rows.lease_ran_out(run_rows.get(rows, "one"), run_rows.new_holder())
    assert claim(rows, run_rows.new_holder(), 5)


@pytest.mark.parametrize(
    "approval, letter, closing, status",
    [
        (None, None, {}, "done"),
        ('{"type": "approve"}', None, {}, "done"),
        ("undecided", None, {"asked": ["i"]}, "waiting"),
        ("undecided", None, {}, "done"),
        (None, None, {"asked": []}, "waiting"),
        (None, None, {"stopped": True}, "queued"),
        (None, ("open", True), {}, "dead_lettered"),
        (None, ("open", False), {}, "done"),
        (None, ("replayed", True), {}, "done"),
        ("undecided", ("open", True), {"asked": ["i"]}, "waiting"),
        ("undecided", ("open", True), {"parked": True}, "dead_lettered"),
        ("undecided", ("open", True), {"error": "E: no"}, "failed"),
    ],
)
def test_a_status_follows_from_what_is_recorded(
    rows: Connection,
    approval: str | None,
    letter: tuple[str, bool] | None,
    closing: dict[str, Any],
    status: str,
) -> None:
    claim(rows, run_rows.new_holder(), 5)
    if approval:
        rows.execute(APPROVAL, (None if approval == "undecided" else approval,))
    if letter:
        rows.execute(LETTER, letter)
    assert close(rows, output='{"a": 1}', **closing) == status
    assert run_rows.summary(rows, run_rows.get(rows, "one"))["output"] == ({"a": 1} if status == "done" else None)


def test_who_lost_the_run_can_neither_close_nor_release_it(rows: Connection, clock: Clock) -> None:
    claim(rows, run_rows.new_holder(), 5)
    clock(106)
    claim(rows, run_rows.new_holder(), 5)
    before = run_rows.get(rows, "one")
    with pytest.raises(LeaseLost):
        close(rows, fence=1)
    run_rows.release(rows, run(1), 1)
    assert run_rows.get(rows, "one") == before
    run_rows.release(rows, run(2), 1)
    assert run_rows.get(rows, "one")["status"] == "queued"


def test_a_released_run_can_be_taken_at_once_and_counts_no_recovery(rows: Connection) -> None:
    claim(rows, run_rows.new_holder(), 5)
    run_rows.release(rows, run(1), 1)
    taken = claim(rows, run_rows.new_holder(), 5)
    assert taken is not None
    assert (taken["fence"], taken["recoveries"]) == (2, 0)


def test_a_taken_thread_id_is_refused_with_a_way_on(rows: Connection) -> None:
    with pytest.raises(ThreadInUse, match="baton resume one"):
        run_rows.queue(rows, [row("one")], SEALS)


def test_listings_are_newest_first_filtered_and_paged(rows: Connection) -> None:
    run_rows.adopt(rows, [told("lib", 1.0)])
    listed = run_rows.listing(rows)
    assert [each["thread_id"] for each in listed] == ["two", "one", "lib"]
    assert [each["thread_id"] for each in run_rows.listing(rows, status="queued", limit=1, offset=1)] == ["one"]
    assert [each["thread_id"] for each in run_rows.listing(rows, graph="h")] == ["lib"]
    ours = [each["thread_id"] for each in run_rows.resumable(rows)]
    assert ours == ["one", "two"], "what the library began is not ours to go on with"


CALLS = st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans()), max_size=60)


@given(calls=CALLS, cuts=st.lists(st.integers(min_value=1, max_value=50), min_size=1, max_size=20))
def test_what_is_told_of_adopted_runs_reads_the_same_however_it_is_batched(
    calls: list[tuple[str, bool, bool]], cuts: list[int]
) -> None:
    """Each call of a thread begins, may end, and may end with an error; only what came last is its status."""
    events: list[run_rows.Adopted] = []
    for number, (thread, ends, fails) in enumerate(calls):
        events.append(told(thread, number))
        events += [told(thread, number, number + 0.5, "E: no" if fails else None)] if ends else []
    with closing(in_memory()) as at_once, closing(in_memory()) as in_parts:
        run_rows.adopt(at_once, events)
        rest = events
        for cut in [*cuts, len(events)]:
            run_rows.adopt(in_parts, rest[:cut])
            rest = rest[cut:]
        found = [tx.execute("SELECT * FROM runs ORDER BY thread_id").fetchall() for tx in (at_once, in_parts)]
        assert [dict(each) for each in found[0]] == [dict(each) for each in found[1]]
        for each in found[0]:
            last = [event for event in events if event.thread_id == each["thread_id"]][-1]
            assert each["status"] == ("running" if last.ended is None else "failed" if last.error else "done")
            ended = [event for event in events if event.thread_id == each["thread_id"] and event.ended]
            assert each["latency_ms"] == 500 * len(ended)


def test_more_adopted_runs_than_one_statement_holds_all_get_their_rows(rows: Connection) -> None:
    many = 2 * ROWS_AT_ONCE + 5
    run_rows.adopt(rows, [told(f"lib-{number}", number, number + 1.0) for number in range(many)])
    assert len(run_rows.listing(rows, graph="h", status="done")) == many


def test_an_adopted_run_that_was_dead_lettered_says_so(rows: Connection) -> None:
    rows.execute(LETTER, ("open", 1))
    run_rows.adopt(rows, [told("one", 0.0, 1.0)])
    assert run_rows.get(rows, "one")["status"] == "dead_lettered"


MOVES = st.lists(
    st.tuples(st.sampled_from(["claim", "renew", "finish", "release", "wait"]), st.booleans()), max_size=30
)


@given(moves=MOVES)
def test_whatever_two_processes_try_only_the_latest_claim_writes(moves: list[tuple[str, bool]]) -> None:
    with closing(in_memory()) as rows, pytest.MonkeyPatch.context() as patch:
        run_rows.queue(rows, [row("one")], SEALS)
        now, fences, latest = 100.0, {True: 0, False: 0}, 0
        for move, who in moves:
            patch.setattr(run_rows, "steady", lambda now=now: now)
            before = run_rows.get(rows, "one")
            if move == "wait":
                now += 6
            elif move == "renew":
                run_rows.renew(rows, HOLDERS[who], 5)
            elif move == "claim" and (taken := claim(rows, HOLDERS[who], 5)):
                assert taken["fence"] == latest + 1
                latest = fences[who] = taken["fence"]
            elif move in ("finish", "release"):
                with suppress(LeaseLost):
                    close(rows, fences[who]) if move == "finish" else run_rows.release(rows, run(fences[who]), 1)
            if move in ("renew", "finish", "release") and fences[who] != latest:
                assert run_rows.get(rows, "one") == before
