"""Counts that survive a crash: rounds of a loop, the width of a fan-out, failed attempts.

Each count leaves a mark in the database, and the same mark counts once. So a step that runs again after its process
died is not counted twice, and a resumed run goes on counting.
"""

from collections.abc import Sequence

from langgraph.types import Send

from baton.errors import CapReached
from baton.runtime.active import ActiveRun, active_run, current_step
from baton.storage.transaction import Transaction

MARK = "INSERT INTO counters (thread_id, run, name, mark) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
COUNT = "SELECT count(*) FROM counters WHERE thread_id = ? AND run = ? AND name = ?"


async def within(name: str, cap: int) -> int:
    """Count this step of the run under `name`, and return its number, from 1 on; a repetition is not counted again.

    A name is the run's: steps that count under one name share its cap; give branches with their own caps other names.

    Raises:
        CapReached: `cap` steps were counted already; this one is not counted.
    """
    run = active_run()
    step = current_step(run)
    return await count(run, name, f"{step.step}:{step.task_id}", cap)


def fan_out(sends: Sequence[Send], cap: int) -> list[Send]:
    """The sends as they are, where there are at most `cap`; for the router that makes them. None is left out silently.

    Raises:
        CapReached: there are more; none is sent.
    """
    if len(sends) > cap:
        target = sends[0].node
        raise CapReached(target, cap, f"{len(sends)} branches were asked for at {target}; the cap is {cap}")
    return list(sends)


async def count(run: ActiveRun, name: str, mark: str, cap: int | None = None) -> int:
    """Leave a mark under a name, and return the number of marks under it.

    Raises:
        CapReached: they would be more than `cap`; the mark is not left.
    """

    def work(tx: Transaction) -> int:
        run.guard(tx)
        tx.execute(MARK, (run.thread_id, run.run, name, mark))
        total = int(tx.execute(COUNT, (run.thread_id, run.run, name)).fetchone()[0])
        if cap is not None and total > cap:
            raise CapReached(name, cap)
        return total

    return await run.resources.database.do(work, durable=False)  # a power failure loses the step with the mark


def forget_attempts(tx: Transaction, thread_id: str, run: int) -> None:
    """Give every step of a run all its attempts again; for a replay, before which a person has mended the cause."""
    tx.execute("DELETE FROM counters WHERE thread_id = ? AND run = ? AND name GLOB 'attempts:*'", (thread_id, run))
