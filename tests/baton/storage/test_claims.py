"""Claims on runs: leases, fences, and who may write."""

import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baton.errors import LeaseLost
from baton.storage import claims, run_rows
from baton.storage.run_status import Ending
from baton.storage.sqlite_file import Connection
from tests.baton.rows import SEALS, Clock, claim, close, in_memory, new

OWNERS = {who: claims.new_owner() for who in (True, False)}
CHECKPOINT = (
    "INSERT INTO checkpoints (thread_id, checkpoint_ns, checkpoint_id, type, checkpoint, metadata)"
    " VALUES ('one', '', ?, 'msgpack', '', '{}')"
)
ENDED, STOPPED = Ending(), Ending(stopped=True)


def test_a_lease_is_held_until_it_runs_out_and_renewing_keeps_it(rows: Connection, clock: Clock) -> None:
    first, second = claims.new_owner(), claims.new_owner()
    assert claim(rows, first, 5)
    assert claim(rows, second, 5) is None
    assert claim(rows, first, 5) is None, "nor may its own process take it twice"
    clock(104)
    claims.renew(rows, first, 5)
    clock(108)
    assert claim(rows, second, 5) is None
    clock(110)
    claimed = claim(rows, second, 5)
    assert claimed is not None
    assert (claimed.fence, claimed.recoveries, claimed.owner) == (2, 1, second)
    claims.renew(rows, first, 5)
    assert run_rows.get(rows, "one").lease_until == 115, "who lost a lease cannot prolong it"


def test_a_claim_returns_the_row_as_it_is_then(rows: Connection) -> None:
    rows.execute("UPDATE runs SET error = 'E: no', status = 'failed'")
    claimed = claim(rows, claims.new_owner(), 5)
    assert claimed == run_rows.get(rows, "one")
    assert claimed is not None
    assert (claimed.status, claimed.error, claimed.recoveries) == ("running", None, 0)


def test_of_two_claims_on_the_same_row_as_read_the_second_fails(rows: Connection) -> None:
    row = run_rows.get(rows, "one")
    assert claims.claim(rows, row, claims.new_owner(), 5)
    assert claims.claim(rows, row, claims.new_owner(), 5) is None


def test_a_lease_from_before_a_reboot_is_void(rows: Connection, clock: Clock) -> None:
    clock(1_000_000)
    assert claim(rows, "another-boot:1:x", 5)
    clock(1)
    assert claims.is_lease_over(run_rows.get(rows, "one"), claims.new_owner())
    assert claim(rows, claims.new_owner(), 5)


def test_a_call_of_this_process_is_alive_until_it_ends() -> None:
    name = claims.begin_call(claims.new_owner())
    assert claims.is_alive(name)
    claims.end_call(name)
    assert not claims.is_alive(name)


def test_a_call_of_another_process_is_alive_while_that_one_runs() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        name = f"{claims.boot_id()}:{other.pid}:x:{claims._start_of(other.pid)}:1"  # noqa: SLF001 - as it names itself
        assert claims.is_alive(name)
        earlier = f"{claims.boot_id()}:{other.pid}:x:1:1"
        assert claims.is_alive(earlier) != Path("/proc/self/stat").exists(), "its number was another's before"
        assert not claims.is_alive(f"another-boot:{other.pid}:x::1")
        other.kill()
        while claims.is_alive(name):  # it has ended, also while nobody has reaped it
            time.sleep(0.001)
    assert not claims.is_alive(name)


def test_who_lost_the_run_can_neither_close_it_nor_put_it_back(rows: Connection, clock: Clock) -> None:
    claim(rows, claims.new_owner(), 5)
    clock(106)
    claim(rows, claims.new_owner(), 5)
    before = run_rows.get(rows, "one")
    for ending in (ENDED, STOPPED):
        with pytest.raises(LeaseLost):
            close(rows, 1, ending)
    assert run_rows.get(rows, "one") == before
    assert close(rows, 2, STOPPED) == "queued"


def test_a_stopped_run_can_be_taken_at_once_and_counts_no_recovery(rows: Connection) -> None:
    claim(rows, claims.new_owner(), 5)
    close(rows, 1, STOPPED)
    claimed = claim(rows, claims.new_owner(), 5)
    assert claimed is not None
    assert (claimed.fence, claimed.recoveries) == (2, 0)


def test_recoveries_count_anew_once_a_run_has_got_on(rows: Connection, clock: Clock) -> None:
    counted = []
    for number, gets_on in enumerate([True, False, False, True, False, True]):
        if gets_on:
            rows.execute(CHECKPOINT, (f"c{number}",))
        claimed = claim(rows, claims.new_owner(), 5)
        counted.append(claimed and claimed.recoveries)
        clock(200 + 10 * number)
    assert counted == [0, 1, 2, 1, 2, 1]


def test_a_checkpoint_of_another_thread_is_no_progress(rows: Connection, clock: Clock) -> None:
    for number in range(4):
        rows.execute(CHECKPOINT.replace("'one'", "'two'"), (f"c{number}",))
        claimed = claim(rows, claims.new_owner(), 5)
        assert (claimed and claimed.recoveries) == number
        clock(200 + 10 * number)


MOVES = st.lists(st.tuples(st.sampled_from(["claim", "renew", "finish", "stop", "wait"]), st.booleans()), max_size=30)


@given(moves=MOVES)
def test_whatever_two_processes_try_only_the_latest_claim_writes(moves: list[tuple[str, bool]]) -> None:
    with closing(in_memory()) as rows, pytest.MonkeyPatch.context() as patch:
        run_rows.queue(rows, [new("one")], SEALS)
        now, fences, latest = 100.0, {True: 0, False: 0}, 0
        for move, who in moves:
            patch.setattr(claims, "steady", lambda now=now: now)
            before = run_rows.get(rows, "one")
            if move == "wait":
                now += 6
            elif move == "renew":
                claims.renew(rows, OWNERS[who], 5)
            elif move == "claim" and (claimed := claim(rows, OWNERS[who], 5)):
                assert claimed.fence == latest + 1
                latest = fences[who] = claimed.fence
            elif move in ("finish", "stop"):
                with suppress(LeaseLost):
                    close(rows, fences[who], ENDED if move == "finish" else STOPPED)
            if move in ("renew", "finish", "stop") and fences[who] != latest:
                assert run_rows.get(rows, "one") == before
