"""What row 8 does to the stranger's graph: several answer it at once, or begin its next run at once."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from baton.errors import AlreadyDecided, Held, NotEnded, NothingWaiting
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from tests.faults.desk import clients, stranger
from tests.faults.desk.builds import expect_order, run_to_end
from tests.faults.desk.graphs import (
    APPROVE,
    INPUTS,
    ORDER,
    REJECT,
    THREAD,
    Seen,
    fresh,
    judge,
    live,
    load,
    observe,
    takes_stranger,
)
from tests.faults.suite.children import apart, barrier, begin, let_go
from tests.faults.suite.frame import Outcome, Trial
from tests.faults.suite.warm import furnish

RACES = 12
LEASE_S = "0.5"
"""Short, for whoever comes second waits for it."""

REFUSED = (Held, AlreadyDecided, NothingWaiting, NotEnded)
LOAN = ("loan", '{"amount": 30, "payee": "Ann"}')
"""What the first question is about, or one like it."""


def trials() -> Iterator[Trial]:
    """Each race again and again: how it goes is up to the machine."""
    for race in range(RACES if takes_stranger() else 0):
        some = racers(race)
        yield Trial(f"stranger, {some} answer one question each, {race}", "baton", partial(_side_by_side, some))
        yield Trial(f"stranger, {some} answer one question, conflicting, {race}", "baton", partial(_conflict, some))
        for way in ("runner", "calls"):
            yield Trial(f"stranger, {some} begin another run by {way}, {race}", "baton", partial(_further, way, some))


def racers(race: int) -> int:
    """How many take part."""
    return 2 + race % 3


def run_race(folder: Path, targets: list[Any]) -> list[Any]:
    """What each of the children is told, all let go at once; a target is called with its child's name."""
    names = [f"racer-{number}" for number in range(len(targets))]
    crew = [begin(folder, target, name, BATON_LEASE_S=LEASE_S) for target, name in zip(targets, names, strict=True)]
    let_go(folder, names)
    return [child.wait().told for child in crew]


def _side_by_side(some: int, folder: Path) -> Outcome:
    """Whoever is told that the run is worked asks again later; no answer is lost, and none is another question's."""
    made = furnish(folder)
    apart(folder, live, stranger.NAME, INPUTS[ORDER])
    told = run_race(folder, [partial(_answer, number, None) for number in range(some)])
    _, outcome = run_to_end(folder, live, stranger.NAME, INPUTS[ORDER], APPROVE)
    return outcome + judge(observe(made), expect_order()) + _words(told, {"done", "waiting", "Held", "AlreadyDecided"})


def _conflict(some: int, folder: Path) -> Outcome:
    """One answer stands and is carried out, and who gave it is told so; the others are told that theirs does not."""
    made = furnish(folder)
    apart(folder, live, stranger.NAME, INPUTS[ORDER])
    said = [(APPROVE, REJECT)[number % 2] for number in range(some)]
    told = run_race(folder, [partial(_answer, 0, reply) for reply in said])
    _, outcome = run_to_end(folder, live, stranger.NAME, INPUTS[ORDER], APPROVE)
    stand = [reply for reply, word in zip(said, told, strict=True) if word == "waiting"]
    if len(stand) != 1:
        return outcome + Outcome(silent=1, note=f"{len(stand)} answers stand: {told}")
    return (
        outcome
        + judge(observe(made), _expect_order_with(stand[0]))
        + _words(told, {"waiting", "Held", "AlreadyDecided"})
    )


def _expect_order_with(reply: dict[str, Any]) -> Seen:
    """What the order comes to when the first question is answered so."""
    paid = stranger.payments_due()
    if reply == REJECT:
        paid.remove(LOAN)
    return Seen("done", stranger.expected_output(paid=paid), paid)


async def _answer(number: int, reply: dict[str, Any] | None, name: str) -> str:
    """In a child: answer one of the questions that wait, when all are there; what it is told."""
    async with open_resources() as resources:
        runner = Runner(resources, load)
        asked = sorted((await runner.summary(THREAD))["waiting_for"], key=lambda each: str(each["action_requests"]))
        question = asked[number % len(asked)]
        said = reply or stranger.answer(question) or {}
        await barrier(Path.cwd(), name)()
        try:
            summary = await runner.decide(THREAD, said, interrupt_id=question["interrupt_id"])
        except REFUSED as refused:
            return type(refused).__name__
        return str(summary["status"])


def _further(way: str, some: int, folder: Path) -> Outcome:
    """One begins the second run, the others are refused; it pays once, and there is no third."""
    made = furnish(folder)
    apart(folder, clients.work_client, (way, 1))
    first = fresh(made)
    told = run_race(folder, [partial(_begin_next, way)] * some)
    last, outcome = run_to_end(folder, clients.work_client, (way, 2))
    now = Seen(observe(made, THREAD, 2).status, last.told and last.told["output"], fresh(made)[len(first) :])
    one = told.count("waiting") == 1 and observe(made, THREAD, 3).output is None
    outcome += Outcome(lost=int(not one), note="" if one else f"told {told}")
    return outcome + judge(now, expect_order(2)) + _words(told, {"waiting", "NotEnded", "Held"})


async def _begin_next(way: str, name: str) -> str:
    """In a child: begin the thread's second run when all are there; what it is told."""
    async with open_resources() as resources:
        graph, order = stranger.GRAPH.copy({"checkpointer": resources.checkpointer}), stranger.order(2)
        runner = Runner(resources, load)
        await barrier(Path.cwd(), name)()
        try:
            if way == "runner":
                await runner.queue(stranger.NAME, [Job(order, THREAD)], further=True)
                return str((await runner.resume(THREAD))["status"])
            return "waiting" if "__interrupt__" in await graph.ainvoke(order, clients.CONFIG) else "done"
        except REFUSED as refused:
            return type(refused).__name__


def _words(told: list[Any], known: set[str]) -> Outcome:
    strange = {*map(str, told)} - known
    return Outcome(lost=len(strange), note=f"told {told}" if strange else "")
