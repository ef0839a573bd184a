"""Row 10: the wall clock is set, or stands still, while a run waits for a person."""

import time
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from random import Random
from typing import Self

from bank.ledger import sqlite_bank
from baton.config.home import home
from tests.faults import twin
from tests.faults.builds import LATER_S, STRANGER, Build, left_alone, undisturbed, waiting
from tests.faults.children import KILLED, apart
from tests.faults.desk import APPROVE, INPUTS, MESSAGES, THREAD, fresh, judged, live, seen, takes_stranger
from tests.faults.frame import Outcome, Trial, row
from tests.faults.ticks import Ticks, counted, kill, shift_steady
from tests.faults.warm import furnished

WAITS = "hotel"
CLOCKS: dict[str, float | None] = {"-1 h": -3600.0, "+1 h": 3600.0, "-5 s": -5.0, "+5 s": 5.0, "frozen": None}
KILLS = 8


@row(10, "the clock set by an hour or five seconds, or frozen, at each pause", plain_must_fail=True, sample=64)
def clocks(seed: int) -> Iterator[Trial]:
    """With and without a kill after the clock was set; the seed draws where."""
    chance = Random(seed)
    for build in (*waiting(), *([STRANGER] if takes_stranger() else [])):
        for name, shift in CLOCKS.items():
            for at in (None, *chance.sample(range(1, undisturbed(build).ticks // 2), KILLS)):
                trial = partial(_set, build, shift, at)
                yield Trial(f"{' '.join(build)}, clock {name}, killed at {at}", "baton", trial)
    for name, shift in CLOCKS.items():
        yield Trial(f"clock {name}", "plain", partial(_plainly_set, shift))


def set_clock(shift: float | None) -> None:
    """In a child: move the machine's wall clock, or let it stand."""
    real, now = time.time, time.time()

    def told() -> float:
        return now if shift is None else real() + shift

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(told(), tz)

    time.time, time.time_ns = told, lambda: int(told() * 1e9)
    setattr(sqlite_bank, "datetime", Clock)  # noqa: B010 - it is the machine's clock, and the bank stands on it


def _set(build: Build, shift: float | None, at: int | None, folder: Path) -> Outcome:
    """Paused at the real time, approved and worked at another one, looked at and approved again at the real one."""
    made = furnished(folder)
    apart(folder, live, build[0], INPUTS[build[1]])
    killed = apart(folder, _approved, build, shift, at, 1).code == KILLED
    _, outcome = left_alone(folder, _approved, build, 0.0, None, 2)
    return outcome + Outcome(int(killed)) + judged(seen(made), undisturbed(build).seen)


async def _approved(build: Build, shift: float | None, at: int | None, generation: int) -> str:
    set_clock(shift)
    shift_steady(generation * LATER_S)
    counted(Ticks(at, kill))
    return await live(build[0], INPUTS[build[1]], APPROVE)


def _plainly_set(shift: float | None, folder: Path) -> Outcome:
    made = furnished(folder)
    apart(folder, _plainly_waiting)
    told = apart(folder, _plainly_approved, shift).told or {}
    apart(folder, _plainly_approved, 0.0)
    stale = told.get("outcome") != "acted"
    return Outcome(doubled=max(0, len(fresh(made)) - 1), silent=int(stale), note=f"told {told.get('outcome')}")


async def _plainly_waiting() -> None:
    await twin.wait_for_person(home(), THREAD, MESSAGES[WAITS])


async def _plainly_approved(shift: float | None) -> dict[str, object]:
    set_clock(shift)
    return await twin.decide(home(), THREAD, "approve")
