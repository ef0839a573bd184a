"""Claims on runs: a lease with a fencing token. Plain functions over a transaction; light, see `baton.config.home`.

A claim is valid for some seconds of the steady clock, is renewed while the run is worked, and raises the run's fence:
the writes of an earlier owner are refused by it.
"""

import os
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from baton.errors import Held

if TYPE_CHECKING:
    from baton.storage.records import RunRow
    from baton.storage.transaction import Transaction

CLAIM = (
    "UPDATE runs SET status = 'running', error = NULL, recoveries = :recoveries, fence = :fence, holder = :owner,"
    " lease_until = :lease_until, updated_at = :updated_at WHERE thread_id = :thread_id AND run = :run"
    " AND fence = :fence - 1"
)
RENEW = "UPDATE runs SET lease_until = :until WHERE status = 'running' AND holder = :owner"


@cache
def boot_id() -> str:
    """Return the id of this boot of this machine: the steady clock means nothing beyond it."""
    source = Path("/proc/sys/kernel/random/boot_id")
    return source.read_text().strip() if source.exists() else f"{os.uname().nodename}"


def new_owner() -> str:
    """Return a new name, `boot:pid:random`, for a process that claims runs."""
    return f"{boot_id()}:{os.getpid()}:{uuid4().hex[:8]}"


def steady() -> float:
    """Return seconds on the clock that all processes of this boot share and that no one can set back."""
    return time.monotonic()


def claim(tx: "Transaction", row: "RunRow", owner: str, lease_s: float) -> "RunRow | None":
    """Take the lease of a run and return its row as it is after that; None while any owner leases it.

    `row` is as this transaction read it: nobody else can have changed it since, so it is not read again.
    """
    if not is_lease_over(row, owner):
        return None
    claimed = row._replace(
        status="running",
        error=None,
        recoveries=row.recoveries + (row.status == "running"),
        fence=row.fence + 1,
        owner=owner,
        lease_until=steady() + lease_s,
        updated_at=time.time(),
    )
    return claimed if tx.execute(CLAIM, claimed._asdict()).rowcount else None


def renew(tx: "Transaction", owner: str, lease_s: float) -> None:
    """Prolong every lease of a process."""
    tx.execute(RENEW, {"owner": owner, "until": steady() + lease_s})


def is_lease_over(row: "RunRow", owner: str) -> bool:
    """Whether nobody has the lease of a run; `owner` is any process of this boot, and leases of others are void."""
    return row.lease_until < steady() or not str(row.owner).startswith(owner.partition(":")[0])


def is_alive(owner: str) -> bool:
    """Whether the process of an owner's name still runs; one of another boot does not."""
    boot, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if boot != boot_id() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def lease_error(thread_id: str) -> Held:
    """Return the error for a run that another process works."""
    return Held(f"{thread_id} is being worked; try again when that is done")
