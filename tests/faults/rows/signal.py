"""Row 3: SIGTERM, SIGINT, and both twice, at the command line's own session."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random

import baton.cli.work.session
from baton.cli.work.session import INTERRUPTED, Session, in_session
from baton.errors import ThreadInUse
from baton.runs.runner import GRACE_S, Job
from tests.faults.desk.builds import LATER_S, Build, builds, run_to_end, run_undisturbed, times
from tests.faults.desk.graphs import APPROVE, INPUTS, THREAD, answer_all, context_of, judge, live, load, observe
from tests.faults.inject.ticks import Ticks, install, shift_steady
from tests.faults.suite.children import apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

TIMES = 10
KINDS = {"SIGTERM": (signal.SIGTERM,), "SIGINT": (signal.SIGINT,), "SIGINT twice": (signal.SIGINT, signal.SIGINT)}


@row(3, "SIGTERM, SIGINT, cancelled by a second one", sample=70)
def signals(seed: int) -> Iterator[Trial]:
    """At ticks that the seed draws."""
    chance = Random(seed)
    for build in builds():
        for number in range(TIMES * times(build)):
            kind = list(KINDS)[number % len(KINDS)]
            at = chance.randint(4, run_undisturbed(build).ticks)
            yield Trial(f"{' '.join(build)} {kind} tick {at}", "baton", partial(_signal_at, build, kind, at))


def _signal_at(build: Build, kind: str, at: int, folder: Path) -> Outcome:
    made, started = furnish(folder), time.monotonic()
    stopped = apart(folder, _work_until_signal, build, kind, at)
    late = time.monotonic() - started > GRACE_S + 1
    _, outcome = run_to_end(folder, _afterwards, build)
    outcome += judge(observe(made), run_undisturbed(build).seen)
    if late or stopped.code not in (0, INTERRUPTED):
        outcome += Outcome(lost=1, note=f"the signal ended it with {stopped.code} after the grace: {late}")
    return outcome


def _work_until_signal(build: Build, kind: str, at: int) -> None:
    """In a child: as the command line works a run and takes a person's answers, until the signal comes."""

    def cut() -> None:
        for number in KINDS[kind]:
            os.kill(os.getpid(), number)

    async def work(session: Session) -> int:
        graph = build[0]
        with suppress(ThreadInUse):
            await session.runner.queue(graph, [Job(INPUTS[build[1]], THREAD)], context=context_of(load(graph)))
        await session.runner.work([THREAD], done=lambda _: None, concurrency=1)
        await answer_all(session.runner, await session.runner.summary(THREAD), APPROVE)
        return INTERRUPTED if session.stopped else 0

    setattr(baton.cli.work.session, "load", load)  # noqa: B010 - in this child only
    install(Ticks(at, cut))
    sys.exit(in_session(work))


async def _afterwards(build: Build) -> str:
    shift_steady(LATER_S)
    return await live(build[0], INPUTS[build[1]], APPROVE)
