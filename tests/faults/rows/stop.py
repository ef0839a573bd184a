"""Row 9: a process is stopped past its lease and comes back when another has finished its run."""

import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from baton.errors import AlreadyDecided, Held, NothingWaiting
from tests.faults.desk.builds import Build, builds_that_act, run_to_end, run_undisturbed
from tests.faults.desk.graphs import APPROVE, INPUTS, judge, live, observe
from tests.faults.inject.ticks import Ticks, install
from tests.faults.suite.children import begin
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

SETTLED_S = 0.05
LEASE_S = "0.5"
"""Short, for a stopped process must be waited out."""


@row(9, "a process stopped past its lease, continued when another has finished", sample=64)
def stop_at_ticks(seed: int) -> Iterator[Trial]:
    """At every tick of every path that acts, but the first and last ones."""
    for build in builds_that_act():
        for at in range(4, run_undisturbed(build).ticks - 2):
            yield Trial(f"{' '.join(build)} tick {at}", "baton", partial(_stop_at, build, at))


def _stop(ticks: Ticks) -> None:
    """Stop this process, without an open transaction of its own: that would hold the whole file."""
    with ticks.committing:
        os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(SETTLED_S)  # the signal reaches a process with threads a moment later


async def _work_until_stop(build: Build, at: int) -> str:
    ticks = Ticks(at)
    ticks.cut = partial(_stop, ticks)
    install(ticks)
    try:
        return await live(build[0], INPUTS[build[1]], APPROVE)
    except (Held, AlreadyDecided, NothingWaiting) as told:
        return type(told).__name__


def _stop_at(build: Build, at: int, folder: Path) -> Outcome:
    made = furnish(folder)
    sleeper = begin(folder, _work_until_stop, build, at, BATON_LEASE_S=LEASE_S)
    sleeper.wait_until_stopped()
    _, outcome = run_to_end(folder, live, build[0], INPUTS[build[1]], APPROVE)
    sleeper.signal(signal.SIGCONT)
    code = sleeper.wait().code
    outcome += Outcome(lost=int(code != 0), note=f"the stopped one ended with {code}" if code else "")
    return outcome + judge(observe(made), run_undisturbed(build).seen)
