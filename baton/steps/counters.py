"""Counts that survive a crash: rounds of a loop, the width of a fan-out, failed attempts.

What is counted leaves a mark in the database, and the same mark counts once. So a step that runs again after its
process died is not counted twice, and a run that is resumed does not begin to count anew.
"""

from collections.abc import Sequence

from langgraph.types import Send

from baton.errors import CapReached
from baton.runtime.active import ActiveRun, active_run, current_step
from baton.storage.transaction import Transaction

MARK = "INSERT INTO counters (thread_id, run, name, mark) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
COUNT = "SELECT count(*) FROM counters WHERE thread_id = ? AND run = ? AND name = ?"


async def within(name: str, cap: int) -> int:
    """Count this step of the run under `name`, once however often it runs; which one of at most `cap` it is.

    A name is the run's: steps that count under one name share its cap; branches that shall not, name themselves apart.

    Raises:
        CapReached: there were `cap` already; this one is not counted.
    """
    run = active_run()
    where = current_step(run)
    return await count(run, name, f"{where.step}:{where.task_id}", cap)


def fan_out(sends: Sequence[Send], cap: int) -> list[Send]:
    """The sends, if there are at most `cap`; for the router that makes them. Nothing is cut off in silence.

    Raises:
        CapReached: there are more; none is sent.
    """
    if len(sends) > cap:
        target = sends[0].node
        raise CapReached(target, cap, f"{len(sends)} branches were asked for at {target}; the cap is {cap}")
    return list(sends)


async def count(run: ActiveRun, name: str, mark: str, cap: int | None = None) -> int:
    """Leave a mark under a name; how many there are with it.

    Raises:
        CapReached: they would be more than `cap`; the mark is not kept.
    """

    def work(tx: Transaction) -> int:
        run.guard(tx)
        tx.execute(MARK, (run.thread_id, run.run, name, mark))
        found = int(tx.execute(COUNT, (run.thread_id, run.run, name)).fetchone()[0])
        if cap is not None and found > cap:
            raise CapReached(name, cap)
        return found

    return await run.plumbing.database.do(work, durable=False)  # what it counts is lost with it, should the power fail


def forget_attempts(tx: Transaction, thread_id: str, run: int) -> None:
    """Let every step of a run have all its attempts again: somebody says that what failed was mended."""
    tx.execute("DELETE FROM counters WHERE thread_id = ? AND run = ? AND name GLOB 'attempts:*'", (thread_id, run))
