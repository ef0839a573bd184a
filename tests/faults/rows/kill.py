"""Rows 1, 2 and 4: processes that are killed, again while they recover, and over and over at the same place."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from baton.runtime.spans import Spans
from tests.faults.desk import forgetful
from tests.faults.desk.builds import (
    LATER_S,
    Build,
    builds,
    generations,
    plain_builds,
    plain_undisturbed,
    plainly_worked,
    run_undisturbed,
    times,
    work_build,
)
from tests.faults.desk.graphs import APPROVE, INPUTS, Seen, fresh, judge, letters, live, observe, replay_all
from tests.faults.inject.ticks import kill, shift_steady
from tests.faults.suite.children import KILLED, apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

FIRST_KILLS = 4
RECOVERY_TICKS = 20
CRASHES = 6
LOOPING = 4
ALLOWED = 4  # the first, and one after each of three recoveries


@row(1, "kill -9 at every tick, resumed by another process", plain_must_fail=True, sample=620)
def kill_at_ticks(seed: int) -> Iterator[Trial]:
    """Every tick of every path through every graph, and of a payment to a receiver that forgets its keys."""
    for build in builds():
        for at in range(1, run_undisturbed(build).ticks + 1):
            yield Trial(f"{' '.join(build)} tick {at}", "baton", partial(_kill_at, build, (at,)))
    for at in range(1, forgetful.count_ticks() + 1):
        yield Trial(f"receiver that forgets, tick {at}", "baton", partial(forgetful.kill_at, at))
    for build in plain_builds():
        for at in range(1, plain_undisturbed(build).ticks + 1):
            yield Trial(f"{' '.join(build)} tick {at}", "plain", partial(_plain_killed_at, build, (at,)))


@row(2, "killed again while it recovers", sample=720)
def kill_again(seed: int) -> Iterator[Trial]:
    """The first ticks of the resume, after kills at ticks that the seed draws."""
    chance = Random(seed)
    for build in builds():
        for at in chance.sample(range(1, run_undisturbed(build).ticks + 1), FIRST_KILLS * times(build)):
            for again in range(1, RECOVERY_TICKS + 1):
                yield Trial(f"{' '.join(build)} ticks {at}, {again}", "baton", partial(_kill_at, build, (at, again)))
    for build in plain_builds():
        at = chance.randint(1, plain_undisturbed(build).ticks)
        for again in range(1, RECOVERY_TICKS + 1):
            trial = partial(_plain_killed_at, build, (at, again))
            yield Trial(f"{' '.join(build)} ticks {at}, {again}", "plain", trial)


@row(4, "a step that kills its process every time; then its dead letter is replayed", sample=68)
def crash_loop(seed: int) -> Iterator[Trial]:
    """From each of the first steps of every path on."""
    for build in builds():
        for step in range(1, min(LOOPING * times(build), len(run_undisturbed(build).path)) + 1):
            yield Trial(f"{' '.join(build)} step {step}", "baton", partial(_loop, build, step))


def _kill_at(build: Build, at: tuple[int, ...], folder: Path) -> Outcome:
    made = furnish(folder)
    _, outcome = generations(folder, work_build, build, at)
    return outcome + judge(observe(made), run_undisturbed(build).seen)


def _plain_killed_at(build: Build, at: tuple[int, ...], folder: Path) -> Outcome:
    made = furnish(folder)
    last, outcome = generations(folder, plainly_worked, build, at)
    told = last.told or {"outcome": None, "reply": None}
    now = Seen(told["outcome"] or "", told["reply"], fresh(made))
    return outcome + _plainly_judged(now, plain_undisturbed(build).seen)


def _plainly_judged(now: Seen, expected: Seen) -> Outcome:
    """The baseline has no table of runs: one that ended with another outcome than it should told nobody."""
    if not now.status:
        return Outcome(lost=1, note=f"{now} instead of {expected}")
    return judge(_pair(now, expected.status), _pair(expected, expected.status))


def _pair(each: Seen, status: str) -> Seen:
    return replace(each, status=status, output=(each.status, each.output))


async def _die(build: Build, step: int, generation: int) -> None:
    """In a child: a client's work, killed as its `step`-th step ends, before its update is stored."""
    shift_steady(generation * LATER_S)
    steps, record = count(1), Spans.record

    def last_words(self: Spans, *args: Any, **options: Any) -> None:
        if next(steps) == step:
            kill()
        record(self, *args, **options)

    setattr(Spans, "record", last_words)  # noqa: B010 - a type checker holds a method for fixed
    await live(build[0], INPUTS[build[1]], APPROVE)


def _loop(build: Build, step: int, folder: Path) -> Outcome:
    made = furnish(folder)
    ended = [apart(folder, _die, build, 1 if crash else step, crash) for crash in range(CRASHES)]
    crashes, now = sum(each.code == KILLED for each in ended), observe(made)
    parked = now.status == "dead_lettered" and [reason for _, reason in letters(made)] == ["crash_loop"]
    fine = parked and crashes == ALLOWED
    outcome = Outcome(kills=crashes, lost=int(not fine), note="" if fine else f"{crashes} crashes, {now}")
    apart(folder, replay_all, APPROVE)
    return outcome + judge(observe(made), run_undisturbed(build).seen)
