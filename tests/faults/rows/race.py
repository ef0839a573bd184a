"""Row 8: several processes start, resume or decide one run at once."""

import time
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from baton.config.home import home
from baton.errors import AlreadyDecided, Held, NothingWaiting
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from tests.faults.desk import baseline, stranger_races
from tests.faults.desk.builds import Build, builds, builds_that_wait, run_to_end, run_undisturbed
from tests.faults.desk.graphs import (
    APPROVE,
    INPUTS,
    MESSAGES,
    REJECT,
    THREAD,
    context_of,
    fresh,
    judge,
    live,
    load,
    observe,
)
from tests.faults.desk.stranger_races import racers, run_race
from tests.faults.inject.ticks import Ticks, install
from tests.faults.suite.children import GO, apart, barrier
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

RACES = 50
PLAIN_RACES = 10
WAITS, ACTS = "hotel", "freeze"
ANSWERS = {"the same": (APPROVE, APPROVE), "conflicting": (APPROVE, REJECT)}
WORDS = {"done", "waiting", "running", "Held", "AlreadyDecided", "NothingWaiting"}


@row(8, "two to four processes start, resume or decide one run at once, or begin a thread's next", plain_must_fail=True)
def races(seed: int) -> Iterator[Trial]:
    """Each race again and again, through the graphs in turn: how it goes is up to the machine."""
    for race, waits in zip(range(RACES), cycle(builds_that_wait()), strict=False):
        for kind, replies in ANSWERS.items():
            said = [replies[number % 2] for number in range(racers(race))]
            yield Trial(
                f"{waits[0]}, {len(said)} answers, {kind}, {race}", "baton", partial(_race_answers, waits, said)
            )
    for race, any_build in zip(range(RACES), cycle(builds()), strict=False):
        some, name = racers(race), " ".join(any_build)
        yield Trial(f"{name}, {some} starts, {race}", "baton", partial(_race_starts, any_build, some))
        yield Trial(f"{name}, {some} on a live run, {race}", "baton", partial(_race_resumes, any_build, some))
    yield from stranger_races.trials()
    for race in range(PLAIN_RACES):
        yield Trial(f"two approvals, {race}", "plain", partial(_plainly_answered, ("approve", "approve")))
        yield Trial(f"two answers, {race}", "plain", partial(_plainly_answered, ("approve", "reject")))
        yield Trial(f"started twice, {race}", "plain", _plainly_started)


async def _act(reply: dict[str, Any] | None, name: str) -> str:
    """In a child: resume the run, or answer its question, when all are there; what it is told."""
    async with open_resources() as resources:
        runner = Runner(resources, load)
        await barrier(Path.cwd(), name)()
        try:
            summary = await (runner.decide(THREAD, reply) if reply else runner.resume(THREAD))
        except (Held, AlreadyDecided, NothingWaiting) as refused:
            return type(refused).__name__
        return str(summary["status"])


def _race_answers(build: Build, replies: list[dict[str, Any]], folder: Path) -> Outcome:
    """One answer stands and is carried out; the others are told."""
    made = furnish(folder)
    apart(folder, live, build[0], INPUTS[build[1]])
    told = run_race(folder, [partial(_act, reply) for reply in replies])
    now, acts = observe(made), run_undisturbed(build).seen.fresh
    stands = now.status == "done" and (now.output["outcome"] == "acted") == bool(now.fresh)
    fine = stands and "done" in told and set(told) <= WORDS
    dropped = REJECT not in replies and not now.fresh
    note = "" if fine and not dropped else f"told {told}, {now}"
    return Outcome(0, int(not fine), max(0, len(now.fresh) - len(acts)), silent=int(dropped), note=note)


def _race_starts(build: Build, racers: int, folder: Path) -> Outcome:
    """One works the queued run; the others are told, or find it done."""
    made = furnish(folder)
    apart(folder, _queue, build)
    return _end(build, run_race(folder, [partial(_act, None)] * racers), made)


def _race_resumes(build: Build, racers: int, folder: Path) -> Outcome:
    """One is in the middle of the run when others want to resume it."""
    made = furnish(folder)
    return _end(build, run_race(folder, [partial(_in_the_middle, build), *[partial(_act, None)] * racers]), made)


def _end(build: Build, told: list[Any], made: Path) -> Outcome:
    """A person answers what still waits; then all is as if one alone had worked."""
    _, outcome = run_to_end(made.parent, live, build[0], INPUTS[build[1]], APPROVE)
    strange = {*map(str, told)} - WORDS - {run_undisturbed(build).seen.status}
    note = f"told {told}" if strange else ""
    return outcome + judge(observe(made), run_undisturbed(build).seen) + Outcome(lost=len(strange), note=note)


async def _queue(build: Build) -> None:
    async with open_resources() as resources:
        job = Job(INPUTS[build[1]], THREAD)
        await Runner(resources, load).queue(build[0], [job], context=context_of(load(build[0])))


async def _in_the_middle(build: Build, name: str) -> str:
    """In a child: work the run from its start, and let the others go in the middle of it."""
    install(Ticks(run_undisturbed(build).ticks // 3, partial(_pass, name)))
    return await live(build[0], INPUTS[build[1]], APPROVE)


def _pass(name: str) -> None:
    Path(f"{name}.ready").touch()
    while not Path(GO).exists():
        time.sleep(0.0005)


def _plainly_answered(answers: tuple[str, str], folder: Path) -> Outcome:
    made = furnish(folder)
    apart(folder, _plainly_waiting)
    told = run_race(folder, [partial(_plainly_deciding, answer) for answer in answers])
    return _plainly_judged(told, len(fresh(made)))


def _plainly_started(folder: Path) -> Outcome:
    made = furnish(folder)
    return _plainly_judged(run_race(folder, [_plainly_starting, _plainly_starting]), len(fresh(made)))


def _plainly_judged(told: list[Any], acted: int) -> Outcome:
    """Two who are told two things, or that nothing was done when it was, are told wrong."""
    outcomes = [state and state.get("outcome") for state in told]
    silent = len(set(outcomes)) > 1 or (acted > 0 and "declined" in outcomes)
    return Outcome(doubled=max(0, acted - 1), silent=int(silent), note=f"told {outcomes}, {acted} requests to act")


async def _plainly_waiting() -> None:
    await baseline.wait_for_person(home(), THREAD, MESSAGES[WAITS])


async def _plainly_deciding(answer: str, name: str) -> Any:
    return await baseline.decide(home(), THREAD, answer, barrier(Path.cwd(), name))


async def _plainly_starting(name: str) -> Any:
    await barrier(Path.cwd(), name)()
    return await baseline.live(home(), THREAD, MESSAGES[ACTS])
