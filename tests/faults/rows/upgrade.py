"""Row 15: the code changes under a run that is not finished."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from baton.config.home import home
from baton.runs.registry import entries
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage.sqlite_checkpointer import SqliteCheckpointer
from tests.faults.desk import baseline, stranger
from tests.faults.desk.builds import expect_order
from tests.faults.desk.graphs import (
    APPROVE,
    INPUTS,
    ORDER,
    THREAD,
    Seen,
    answer_all,
    context_of,
    fresh,
    letters,
    load,
    observe,
    takes_stranger,
)
from tests.faults.inject import edits, step_edits
from tests.faults.inject.ticks import shift_steady
from tests.faults.suite.children import apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

LATER_S = 3600.0
PAUSED = "ask_person"
STOPS = (2, 4)  # checkpoints after which a process that works a graph without a question stops
STRANGER_STOPS = (2, 5, 20)
EDITED = ("loan", "settle", "fee")  # a step that is paused, one that comes, the one in the innermost graph
BETWEEN = ("nothing changed", "node renamed", "node put before it", "node put after the start", "key added")
"""What a release may do between two runs without changing what comes of an order."""
Told = dict[str, Any]


@row(15, "the code changes under a paused run, and between two runs", plain_must_fail=True, sample=63)
def upgrade(seed: int) -> Iterator[Trial]:
    """Every edit under the question of the desk, and under every graph cut off in the middle; no seed in it."""
    for name, edit in {**edits.STRUCTURE, **step_edits.STEPS}.items():
        trial = partial(_pause, "support_desk", "hotel", PAUSED, edit)
        yield Trial(f"support_desk waiting, {name}", "baton", trial)
    for name, edit in {**edits.STRUCTURE, **step_edits.PLAIN_STEPS}.items():
        yield Trial(f"desk waiting, {name}", "plain", partial(_plainly_waiting, name, edit))
    for graph in entries():
        for stop in STOPS:
            for name in edits.STRUCTURE:
                trial = partial(_cut_off, graph, stop, name)
                yield Trial(f"{graph} after {stop} checkpoints, {name}", "baton", trial)
    yield from _stranger() if takes_stranger() else ()


def _stranger() -> Iterator[Trial]:
    """The stranger's graph, waiting for answers and cut off in the middle; and by other code from run to run."""
    for name, edit in edits.STRUCTURE.items():
        for node in EDITED:
            trial = partial(_pause, stranger.NAME, ORDER, node, edit)
            yield Trial(f"stranger waiting, {name} at {node}", "baton", trial)
        for stop in STRANGER_STOPS:
            trial = partial(_cut_off, stranger.NAME, stop, name)
            yield Trial(f"stranger after {stop} checkpoints, {name}", "baton", trial)
    yield Trial("stranger waiting, another question before the question", "baton", _ask_otherwise)
    for name in BETWEEN:
        yield Trial(f"stranger, between two runs: {name}", "baton", partial(_between, name))


def _pause(graph: str, message: str, node: str, edit: edits.Edit, folder: Path) -> Outcome:
    furnish(folder)
    apart(folder, _begin, graph, message, None)
    before = fresh(folder / "home")
    apart(folder, _go_on, graph, edit, node)
    return _judge(folder / "home", before, _run_undisturbed(graph, message))


def _ask_otherwise(folder: Path) -> Outcome:
    """Its branches are parked, and those beside them go on: they pay what they owe, and nothing else."""
    furnish(folder)
    apart(folder, _begin, stranger.NAME, ORDER, None)
    apart(folder, _go_on, stranger.NAME, step_edits.another_question, "loan")
    now, parked = observe(folder / "home"), letters(folder / "home")
    beyond = Counter(now.fresh) - Counter(expect_order().fresh)
    lent = [act for act in now.fresh if act[0] == "loan"]
    told = now.status == "dead_lettered" and parked == [("loan", "effect_mismatch")] * len(stranger.BORROWERS)
    fine = told and not beyond and not lent
    return Outcome(silent=int(not fine), note="" if fine else f"{now}, {parked}")


def _cut_off(graph: str, stop: int, name: str, folder: Path) -> Outcome:
    message = ORDER if graph == stranger.NAME else "refund"
    furnish(folder)
    apart(folder, _begin, graph, message, stop)
    before = fresh(folder / "home")
    apart(folder, _go_on, graph, edits.STRUCTURE[name], None)
    return _judge(folder / "home", before, _run_undisturbed(graph, message))


def _between(name: str, folder: Path) -> Outcome:
    """A thread goes on with other code: its next run is a run like any other, and knows the conversation."""
    made = furnish(folder)
    apart(folder, _go_on, stranger.NAME, edits.no_change, None, 1)
    before = len(fresh(made))
    apart(folder, _go_on, stranger.NAME, edits.STRUCTURE[name], "tell", 2)
    now, right = observe(made, THREAD, 2), expect_order(2)
    fine = (now.status, now.output, Counter(now.fresh[before:])) == (right.status, right.output, Counter(right.fresh))
    return Outcome(silent=int(not fine), note="" if fine else f"{now} {letters(made)}")


def _judge(home: Path, before: list[tuple[str, str]], right: Seen) -> Outcome:
    """It went on as if nothing had changed, or it says that a person must look; nothing was done beside that."""
    now, parked = observe(home), letters(home)
    beyond = [*(Counter(now.fresh) - Counter(right.fresh)).elements()]
    twice = sum(act in right.fresh for act in beyond)
    told = now.status == "dead_lettered" and parked and now.fresh == before
    same = (now.status, now.output, sorted(now.fresh)) == (right.status, right.output, sorted(right.fresh))
    lost = now.status not in ("done", "dead_lettered")
    note = "" if same or told else f"{now}, {parked}"
    silent = len(beyond) > twice or not (same or told or lost)
    return Outcome(lost=int(lost), doubled=twice, silent=int(silent), note=note)


@cache
def _run_undisturbed(graph: str, message: str) -> Seen:
    if graph == stranger.NAME:
        return expect_order()
    with TemporaryDirectory(prefix="baton-fault-") as name:
        furnish(Path(name))
        apart(Path(name), _begin, graph, message, None)
        apart(Path(name), _go_on, graph, edits.no_change, PAUSED)
        return observe(Path(name) / "home")


async def _begin(graph: str, message: str, stop: int | None) -> None:
    """In a child: a run as far as it goes, or until its process stops dead after so many checkpoints."""
    if stop is not None:
        _stops_after(stop)
    async with open_resources() as resources:
        runner = Runner(resources, load)
        await runner.queue(graph, [Job(INPUTS[message], THREAD)], context=context_of(load(graph)))
        await runner.resume(THREAD)


def _stops_after(checkpoints: int) -> None:
    put, numbers = SqliteCheckpointer.aput, count(1)

    async def count_checkpoints(*args: Any, **options: Any) -> Any:
        stored = await put(*args, **options)
        if next(numbers) == checkpoints:
            os._exit(0)
        return stored

    setattr(SqliteCheckpointer, put.__name__, count_checkpoints)  # in this child only


async def _go_on(graph: str, edit: edits.Edit, paused: str | None, begins: int = 0) -> None:
    """In a child: the run again, by the changed code, or the run of that number by it from the beginning."""
    shift_steady(LATER_S)
    changed = edits.compile_changed(edits.change(load(graph).builder, edit, paused), graph)
    async with open_resources() as resources:
        runner = Runner(resources, {graph: changed}.__getitem__)
        if begins:
            await runner.queue(graph, [Job(stranger.order(begins), THREAD)], further=True)
        await answer_all(runner, await runner.resume(THREAD), APPROVE)


def _plainly_waiting(name: str, edit: edits.Edit, folder: Path) -> Outcome:
    furnish(folder)
    apart(folder, _plainly_begun)
    told = apart(folder, _plainly_gone_on, edit).told
    done = fresh(folder / "home")
    if told is None or "error" in told:
        return Outcome(note=f"{name}: {told}")
    right = _plainly_undisturbed()
    same = done == right["done"] and told["outcome"] == "acted" and not told["open"]
    return Outcome(silent=int(not same and not told["open"]), note="" if same else f"{told}, the bank did {done}")


@cache
def _plainly_undisturbed() -> Told:
    with TemporaryDirectory(prefix="baton-fault-") as name:
        furnish(Path(name))
        apart(Path(name), _plainly_begun)
        told: Told = apart(Path(name), _plainly_gone_on, edits.no_change).told
        return {**told, "done": fresh(Path(name) / "home")}


async def _plainly_begun() -> None:
    await baseline.wait_for_person(home(), THREAD, INPUTS["hotel"])


async def _plainly_gone_on(edit: edits.Edit) -> Told:
    """In a child: the person's answer, to the changed baseline."""
    setattr(baseline, baseline.builder.__name__, _change_baseline(baseline.builder, edit))  # in this child only
    try:
        state = await baseline.decide(home(), THREAD, "approve")
    except Exception as error:  # noqa: BLE001 - whatever it says, it says something
        return {"error": repr(error)}
    async with baseline.open_graph(home()) as graph:
        left = await graph.aget_state({"configurable": {"thread_id": THREAD}})
    return {"outcome": state.get("outcome"), "open": bool(left.next or left.interrupts)}


def _change_baseline(build: Callable[[Any], Any], edit: edits.Edit) -> Callable[[Any], Any]:
    return lambda bank: edits.change(build(bank), edit, PAUSED)
