"""Row 15: the code changes under a run that is not finished."""

import os
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from baton.home import home
from baton.plumbing import opened
from baton.registry import entries, load
from baton.runner import Job, Runner
from baton.sqlite_checkpointer import SqliteCheckpointer
from tests.faults import edits, step_edits, twin
from tests.faults.children import apart
from tests.faults.desk import APPROVE, MESSAGES, THREAD, Seen, context_of, fresh, letters, seen
from tests.faults.frame import Outcome, Trial, row
from tests.faults.ticks import shift_steady
from tests.faults.warm import furnished

LATER_S = 3600.0
PAUSED = "ask_person"
STOPS = (2, 4)  # checkpoints after which a process that works a graph without a question stops
Told = dict[str, Any]


@row(15, "the code changes under a paused run", plain_must_fail=True, sample=48)
def upgraded(seed: int) -> Iterator[Trial]:
    """Every edit under the question of the desk, and under every graph cut off in the middle; no seed in it."""
    for name, edit in {**edits.STRUCTURE, **step_edits.STEPS}.items():
        yield Trial(f"support_desk waiting, {name}", "baton", partial(_waiting, name, edit))
    for name, edit in {**edits.STRUCTURE, **step_edits.PLAIN_STEPS}.items():
        yield Trial(f"desk waiting, {name}", "plain", partial(_plainly_waiting, name, edit))
    for graph in entries():
        for stop in STOPS:
            for name in edits.STRUCTURE:
                trial = partial(_cut_off, graph, stop, name)
                yield Trial(f"{graph} after {stop} checkpoints, {name}", "baton", trial)


def _waiting(name: str, edit: edits.Edit, folder: Path) -> Outcome:
    furnished(folder)
    apart(folder, _begun, "support_desk", "hotel", None)
    apart(folder, _gone_on, "support_desk", edit, PAUSED)
    return _judged(seen(folder / "home"), letters(folder / "home"), _undisturbed("support_desk", "hotel"))


def _cut_off(graph: str, stop: int, name: str, folder: Path) -> Outcome:
    furnished(folder)
    apart(folder, _begun, graph, "refund", stop)
    apart(folder, _gone_on, graph, edits.STRUCTURE[name], None)
    return _judged(seen(folder / "home"), letters(folder / "home"), _undisturbed(graph, "refund"))


def _judged(now: Seen, parked: list[tuple[str, str]], right: Seen) -> Outcome:
    """It went on as if nothing had changed, or it says that a person must look; nothing was done beside that."""
    beyond = [act for act in now.fresh if act not in right.fresh]
    twice = max(0, len(now.fresh) - len(beyond) - len(right.fresh))
    told = now.status == "dead_lettered" and parked and not now.fresh
    same = (now.status, now.output, now.fresh) == (right.status, right.output, right.fresh)
    lost = now.status not in ("done", "dead_lettered")
    note = "" if same or told else f"{now}, {parked}"
    silent = bool(beyond) or not (same or told or lost)
    return Outcome(lost=int(lost), doubled=twice, silent=int(silent), note=note)


@cache
def _undisturbed(graph: str, message: str) -> Seen:
    with TemporaryDirectory(prefix="baton-fault-") as name:
        furnished(Path(name))
        apart(Path(name), _begun, graph, message, None)
        apart(Path(name), _gone_on, graph, edits.nothing, PAUSED)
        return seen(Path(name) / "home")


async def _begun(graph: str, message: str, stop: int | None) -> None:
    """In a child: a run as far as it goes, or until its process stops dead after so many checkpoints."""
    if stop is not None:
        _stops_after(stop)
    async with opened() as plumbing:
        runner = Runner(plumbing, load)
        await runner.queue(graph, [Job(MESSAGES[message], THREAD)], context=context_of(load(graph)))
        await runner.resume(THREAD)


def _stops_after(checkpoints: int) -> None:
    put, numbers = SqliteCheckpointer.aput, count(1)

    async def counting(*args: Any, **options: Any) -> Any:
        stored = await put(*args, **options)
        if next(numbers) == checkpoints:
            os._exit(0)
        return stored

    setattr(SqliteCheckpointer, put.__name__, counting)  # in this child only


async def _gone_on(graph: str, edit: edits.Edit, paused: str | None) -> None:
    """In a child: the run again, by the changed code."""
    shift_steady(LATER_S)
    changed = edits.compiled(edits.changed(load(graph).builder, edit, paused), graph)
    async with opened() as plumbing:
        runner = Runner(plumbing, {graph: changed}.__getitem__)
        summary = await runner.resume(THREAD)
        if summary["status"] == "waiting":
            await runner.decide(THREAD, APPROVE)


def _plainly_waiting(name: str, edit: edits.Edit, folder: Path) -> Outcome:
    furnished(folder)
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
        furnished(Path(name))
        apart(Path(name), _plainly_begun)
        told: Told = apart(Path(name), _plainly_gone_on, edits.nothing).told
        return {**told, "done": fresh(Path(name) / "home")}


async def _plainly_begun() -> None:
    await twin.wait_for_person(home(), THREAD, MESSAGES["hotel"])


async def _plainly_gone_on(edit: edits.Edit) -> Told:
    """In a child: the person's answer, to the changed twin."""
    setattr(twin, twin.builder.__name__, _changed_twin(twin.builder, edit))  # in this child only
    try:
        state = await twin.decide(home(), THREAD, "approve")
    except Exception as error:  # noqa: BLE001 - whatever it says, it says something
        return {"error": repr(error)}
    async with twin.opened(home()) as graph:
        left = await graph.aget_state({"configurable": {"thread_id": THREAD}})
    return {"outcome": state.get("outcome"), "open": bool(left.next or left.interrupts)}


def _changed_twin(build: Callable[[Any], Any], edit: edits.Edit) -> Callable[[Any], Any]:
    return lambda bank: edits.changed(build(bank), edit, PAUSED)
