"""Claims on runs: a lease with a fencing token. Plain functions over a transaction; light, see `baton.config.home`.

A claim is valid for some seconds of the steady clock, is renewed while the run is worked, and raises the run's fence:
the writes of an earlier owner are refused by it.
"""

import os
import time
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from baton.errors import Held

if TYPE_CHECKING:
    from baton.storage.records import RunRow
    from baton.storage.transaction import Transaction

MARK_PLACE = (  # one mark for each checkpoint at which a run stood when it was recovered
    "INSERT INTO counters (thread_id, run, name, mark)"
    " SELECT :thread_id, :run, 'recoveries:checkpoint', coalesce(max(seq), 0) FROM checkpoints"
    " WHERE thread_id = :thread_id ON CONFLICT DO NOTHING"
)
CLAIM = (
    "UPDATE runs SET status = 'running', error = NULL, recoveries = :recoveries, fence = :fence, holder = :owner,"
    " lease_until = :lease_until, updated_at = :updated_at WHERE thread_id = :thread_id AND run = :run"
    " AND fence = :fence - 1"
)
RENEW = "UPDATE runs SET lease_until = :until WHERE status = 'running' AND holder = :owner"

_at_work: set[str] = set()  # the names of the bare calls of this process that have not ended
_numbers = count(1)


@cache
def boot_id() -> str:
    """Return the id of this boot of this machine: the steady clock means nothing beyond it."""
    source = Path("/proc/sys/kernel/random/boot_id")
    return source.read_text().strip() if source.exists() else f"{os.uname().nodename}"


def new_owner() -> str:
    """Return a new name, `boot:pid:random:start`, for a process that claims runs; see `_start_of`."""
    return f"{boot_id()}:{os.getpid()}:{uuid4().hex[:8]}:{_start_of(os.getpid())}"


def begin_call(owner: str) -> str:
    """Return a name for one bare call of a process, which is at work until `end_call`."""
    name = f"{owner}:{next(_numbers)}"
    _at_work.add(name)
    return name


def end_call(name: str) -> None:
    """Note that a bare call of this process works no more, however it ended."""
    _at_work.discard(name)


def steady() -> float:
    """Return seconds on the clock that all processes of this boot share and that no one can set back."""
    return time.monotonic()


def claim(tx: "Transaction", row: "RunRow", owner: str, lease_s: float) -> "RunRow | None":
    """Take the lease of a run and return its row as it is after that; None while any owner leases it.

    `row` is as this transaction read it: nobody else can have changed it since, so it is not read again. Its recoveries
    are those in a row without a new checkpoint between them.
    """
    if not is_lease_over(row, owner):
        return None
    claimed = row._replace(
        status="running",
        error=None,
        recoveries=_recoveries(tx, row),
        fence=row.fence + 1,
        owner=owner,
        lease_until=steady() + lease_s,
        updated_at=time.time(),
    )
    return claimed if tx.execute(CLAIM, claimed._asdict()).rowcount else None


def _recoveries(tx: "Transaction", row: "RunRow") -> int:
    """The recoveries of a run once it is claimed: one more where its process died, from 1 on where it had got on."""
    if row.status != "running":
        return row.recoveries
    got_on = tx.execute(MARK_PLACE, {"thread_id": row.thread_id, "run": row.run}).rowcount
    return 1 if got_on else row.recoveries + 1


def renew(tx: "Transaction", owner: str, lease_s: float) -> None:
    """Prolong every lease of an owner."""
    tx.execute(RENEW, {"owner": owner, "until": steady() + lease_s})


def is_lease_over(row: "RunRow", owner: str) -> bool:
    """Whether nobody has the lease of a run; `owner` is any process of this boot, and leases of others are void."""
    return row.lease_until < steady() or not str(row.owner).startswith(owner.partition(":")[0])


def is_alive(name: str) -> bool:
    """Whether the bare call that holds a run by this name is at work; no call from before the last boot is.

    Of a call of this process that is known, so one that was cancelled holds nothing. Of another process it is known
    whether that one still runs.
    """
    boot, pid, _, start, *_ = *name.split(":"), "", "", "", ""
    if boot != boot_id() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        return name in _at_work
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return start in ("", _start_of(int(pid)))


def _start_of(pid: int) -> str:
    """When a process began, in ticks since the boot; `ended` for one that only waits to be reaped, empty if unknown.

    A number is soon given to another process, in a container at once: by it alone a run could be held for ever.
    """
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "ended" if state in "ZX" else fields[18]


def lease_error(thread_id: str) -> Held:
    """Return the error for a run that is being worked."""
    return Held(f"{thread_id} is being worked; try again when that is done")
