"""Row 13: databases that are truncated, zeroed, flipped, swapped, foreign, forged or of another version."""

import json
import os
import shutil
import sqlite3
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, Literal

from langgraph.types import Command

from bank.ledger.sqlite_bank import SqliteBank
from baton.config.home import home
from baton.errors import BatonError
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from tests.faults.desk import baseline, stranger
from tests.faults.desk.graphs import APPROVE, MESSAGES, answer_all, fresh, load, takes_stranger
from tests.faults.inject.damage import ACCIDENTS, Damage
from tests.faults.inject.forgery import ON_PURPOSE, PAYLOADS, PWNED, RUN_FOR_RUN, checkpoint_forgery
from tests.faults.inject.ticks import shift_steady
from tests.faults.suite.children import apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

LATER_S = 3600.0
RUNS = {"wait": "hotel", "act": "refund", "new": "freeze", "end": "question"}
"""Runs by where they are when the damage is done: waiting for a person, cut off at the bank, queued, finished."""
AGAIN = "again"  # a stranger's thread, whose second run waits
PLAIN_SHARE = 40  # of so many accidents of a kind one is done to the baseline, whose column needs no more
STRANGER_SHARE = 12
Told = dict[str, Any]
Kind = Literal["desk", "stranger", "plain"]
"""Whose database it is."""


@row(
    13,
    "a database truncated, zeroed, flipped, swapped, foreign, forged, of another version",
    plain_must_fail=True,
    sample=336,
)
def damage_databases(seed: int) -> Iterator[Trial]:
    """About a thousand accidents by the seed, and what somebody without the key may do to the file."""
    for name, (damage, times) in ACCIDENTS.items():
        for number in range(times):
            chance = f"{seed} {name} {number}"
            yield Trial(f"{name} {number}", "baton", partial(_try, "desk", damage, chance))
            if number % STRANGER_SHARE == 0 and takes_stranger():
                yield Trial(f"stranger, {name} {number}", "baton", partial(_try, "stranger", damage, chance))
            if number % PLAIN_SHARE == 0:
                yield Trial(f"{name} {number}", "plain", partial(_try, "plain", damage, chance))
    for name, damage in ON_PURPOSE.items():
        yield Trial(name, "baton", partial(_try, "desk", damage, f"{seed} {name}"))
    for name, damage in {**ON_PURPOSE, **RUN_FOR_RUN}.items() if takes_stranger() else ():
        yield Trial(f"stranger, {name}", "baton", partial(_try, "stranger", damage, f"{seed} {name}"))
    for kind in range(PAYLOADS):
        damage = checkpoint_forgery(kind, seal=b"")
        yield Trial(f"forged checkpoint {kind}", "plain", partial(_try, "plain", damage, f"{seed} {kind}"))


def _try(kind: Kind, damage: Damage, chance: str, folder: Path) -> Outcome:
    ready, right = _ready(kind)
    shutil.copytree(ready / "home", folder / "home")
    damage(folder / "home" / _file(kind), Random(chance))
    told = apart(folder, GOES_ON[kind]).told
    pwned = int((folder / PWNED).exists())
    if told is None:
        return Outcome(lost=1, silent=pwned, note="the process hung or died")
    return _judge(told, right, fresh(folder / "home")) + Outcome(silent=pwned, note="code ran" if pwned else "")


def _judge(told: Told, right: Told, done: list[tuple[str, str]]) -> Outcome:
    """Each run ends as it would have, or somebody is told why not; and the bank did nothing else."""
    ended = {run: end for run, end in told["runs"].items() if "refused" not in end}
    wrong = [run for run, end in ended.items() if end != right["runs"][run] or _claims(end) - {*map(tuple, done)}]
    beyond = [act for act in done if act not in right["done"]]
    twice = sum(done.count(act) - right["done"].count(act) for act in set(done) if act in right["done"])
    note = "; ".join([f"{run}: {told['runs'][run]}"[:300] for run in wrong] + [f"the bank did {act}" for act in beyond])
    return Outcome(doubled=max(0, twice), silent=len(wrong) + len(beyond), note=note)


def _claims(end: Told) -> set[tuple[str, str]]:
    """The actions that a resolution says were done."""
    output = end.get("output") or {}
    acts = [(each["name"], json.dumps(each["args"])) for each in output.get("actions", []) if each["status"] == "done"]
    return {*acts, *stranger.payments_of(output)}


@cache
def _ready(kind: Kind) -> tuple[Path, Told]:
    """A folder with a home to damage, which stays, and what comes of its runs when nothing is damaged."""
    made = Path(mkdtemp(prefix="baton-ready-"))
    furnish(made)
    ended = apart(made, PREPARES[kind])
    if ended.code:
        raise RuntimeError(f"nothing to damage: {(made / 'said.txt').read_text()}")
    with closing(sqlite3.connect(made / "home" / _file(kind))) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = Path(mkdtemp(prefix="baton-whole-"))
    shutil.copytree(made / "home", whole / "home")
    told: Told = apart(whole, GOES_ON[kind]).told
    right = {**told, "done": fresh(whole / "home")}
    shutil.rmtree(whole)
    return made, right


def _file(kind: Kind) -> str:
    return baseline.FILE if kind == "plain" else "baton.db"


async def _prepare() -> None:
    """In a child: every run to its place; the last one dies at the bank's door."""
    async with open_resources() as resources:
        runner = Runner(resources, load)
        jobs = [Job(MESSAGES[message], thread) for thread, message in RUNS.items()]
        await runner.queue("support_desk", jobs, context={"route_threshold": 0.4})
        await runner.resume("wait")
        await runner.resume("end")
        _dies_at_the_bank()
        await runner.resume("act")


async def _stranger_prepared() -> None:
    """In a child: a thread whose first run is done and whose second waits for several answers."""
    async with open_resources() as resources:
        runner = Runner(resources, load)
        for run in (1, 2):
            await runner.queue(stranger.NAME, [Job(stranger.order(run), AGAIN)], further=True)
            summary = await runner.resume(AGAIN)
            await answer_all(runner, summary, APPROVE if run == 1 else None)


def _dies_at_the_bank() -> None:
    async def perform(*_args: Any, **_options: Any) -> None:
        os._exit(0)

    setattr(SqliteBank, SqliteBank.perform.__name__, perform)  # in this child only


async def _go_on(threads: Sequence[str] = tuple(RUNS)) -> Told:
    """In a child: what a person or a program is told who goes on with every run."""
    shift_steady(LATER_S)
    runs: Told = {}
    try:
        async with open_resources() as resources:
            runner = Runner(resources, load)
            for thread in threads:
                runs[thread] = await _message(partial(_one, runner, thread))
    except BatonError as error:
        runs |= {thread: {"refused": str(error)} for thread in threads if thread not in runs}
    return {"runs": runs}


async def _one(runner: Runner, thread: str) -> Told:
    """One run as far as it goes; a person approves what is shown, and only what is shown."""
    summary, shown = await runner.resume(thread), []
    while summary["status"] == "waiting":
        asked = sorted(summary["waiting_for"], key=lambda each: str(each["action_requests"]))
        shown += [question["action_requests"] for question in asked]
        said = stranger.answer(asked[0], summary["run"]) or APPROVE
        summary = await runner.decide(thread, said, interrupt_id=asked[0]["interrupt_id"])
    if summary["error"] or summary["dead_letters"]:
        return {"refused": f"{summary['error']} {summary['dead_letters']}"}
    output = json.loads(json.dumps(summary["output"]))
    for action in (output or {}).get("actions", []):
        action["receipt"] = None
    return {"status": summary["status"], "output": output, "shown": shown}


async def _message(act: Callable[[], Awaitable[Told]]) -> Told:
    try:
        return await act()
    except BatonError as error:
        return {"refused": str(error)}
    except Exception as error:  # noqa: BLE001 - printed, and counted by the frame
        traceback.print_exc()
        return {"refused": repr(error)}


async def _plainly_prepared() -> None:
    """As `_prepared`, of the baseline: what waits, and what was cut off at the bank."""
    await baseline.wait_for_person(home(), "wait", MESSAGES["hotel"])
    _dies_at_the_bank()
    await baseline.live(home(), "act", MESSAGES["refund"], durability="sync")


async def _plainly_gone_on() -> Told:
    """As `_gone_on`, of the baseline; any error it raises counts as telling."""
    runs: Told = {}
    for thread in ("wait", "act"):
        try:
            state = await _plainly_resumed(thread)
            runs[thread] = {name: state.get(name) for name in ("outcome", "reply", "action")}
        except Exception as error:  # noqa: BLE001 - whatever it says, it says something
            runs[thread] = {"refused": repr(error)}
    return {"runs": runs}


async def _plainly_resumed(thread: str) -> dict[str, Any]:
    """Whoever knows that a run waits answers it; whoever knows that one was cut off goes on with it."""
    config = {"configurable": {"thread_id": thread}}
    async with baseline.open_graph(home()) as graph:
        await graph.ainvoke(Command(resume="approve") if thread == "wait" else None, config)
        return dict((await graph.aget_state(config)).values)


PREPARES: Mapping[Kind, Callable[..., Any]] = {
    "desk": _prepare,
    "stranger": _stranger_prepared,
    "plain": _plainly_prepared,
}
GOES_ON: Mapping[Kind, Callable[..., Any]] = {
    "desk": _go_on,
    "stranger": partial(_go_on, (AGAIN,)),
    "plain": _plainly_gone_on,
}
