"""Row 10: the wall clock is set, or stands still, while a run waits for a person."""

import time
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from random import Random
from typing import Self

from baton.config.home import home
from desk import clock
from tests.faults.desk import baseline
from tests.faults.desk.builds import LATER_S, STRANGER, Build, builds_that_wait, run_to_end, run_undisturbed
from tests.faults.desk.graphs import APPROVE, INPUTS, MESSAGES, THREAD, fresh, judge, live, observe, takes_stranger
from tests.faults.inject.ticks import Ticks, install, kill, shift_steady
from tests.faults.suite.children import KILLED, apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

WAITS = "hotel"
CLOCKS: dict[str, float | None] = {"-1 h": -3600.0, "+1 h": 3600.0, "-5 s": -5.0, "+5 s": 5.0, "frozen": None}
KILLS = 8


@row(10, "the clock set by an hour or five seconds, or frozen, at each pause", plain_must_fail=True, sample=64)
def clocks(seed: int) -> Iterator[Trial]:
    """With and without a kill after the clock was set; the seed draws where."""
    chance = Random(seed)
    for build in (*builds_that_wait(), *([STRANGER] if takes_stranger() else [])):
        for name, shift in CLOCKS.items():
            for at in (None, *chance.sample(range(1, run_undisturbed(build).ticks // 2), KILLS)):
                trial = partial(_set, build, shift, at)
                yield Trial(f"{' '.join(build)}, clock {name}, killed at {at}", "baton", trial)
    for name, shift in CLOCKS.items():
        yield Trial(f"clock {name}", "plain", partial(_plainly_set, shift))


def set_clock(shift: float | None) -> None:
    """In a child: move the machine's wall clock, or let it stand."""
    real, now = time.time, time.time()

    def clock_time() -> float:
        return now if shift is None else real() + shift

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(clock_time(), tz)

    time.time, time.time_ns = clock_time, lambda: int(clock_time() * 1e9)
    setattr(clock, "datetime", Clock)  # noqa: B010 - it is the machine's clock, and the bank stands on it


def _set(build: Build, shift: float | None, at: int | None, folder: Path) -> Outcome:
    """Paused at the real time, approved and worked at another one, looked at and approved again at the real one."""
    made = furnish(folder)
    apart(folder, live, build[0], INPUTS[build[1]])
    killed = apart(folder, _approve, build, shift, at, 1).code == KILLED
    _, outcome = run_to_end(folder, _approve, build, 0.0, None, 2)
    return outcome + Outcome(int(killed)) + judge(observe(made), run_undisturbed(build).seen)


async def _approve(build: Build, shift: float | None, at: int | None, generation: int) -> str:
    set_clock(shift)
    shift_steady(generation * LATER_S)
    install(Ticks(at, kill))
    return await live(build[0], INPUTS[build[1]], APPROVE)


def _plainly_set(shift: float | None, folder: Path) -> Outcome:
    made = furnish(folder)
    apart(folder, _plainly_waiting)
    resolution = apart(folder, _plainly_approved, shift).told or {}
    apart(folder, _plainly_approved, 0.0)
    stale = resolution.get("outcome") != "acted"
    return Outcome(doubled=max(0, len(fresh(made)) - 1), silent=int(stale), note=f"told {resolution.get('outcome')}")


async def _plainly_waiting() -> None:
    await baseline.wait_for_person(home(), THREAD, MESSAGES[WAITS])


async def _plainly_approved(shift: float | None) -> dict[str, object]:
    set_clock(shift)
    return await baseline.decide(home(), THREAD, "approve")
