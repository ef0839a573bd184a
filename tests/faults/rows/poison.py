"""Row 14: values that cannot be stored, and thread ids that are none, at every boundary before an effect."""

import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import Job, Record, TypedStateGraph, ask, dead_letter, effect, open_resources, request_approval
from baton.errors import BatonError
from baton.runs.runner import Runner
from tests.faults.inject.poison import NAMES, VALUES, is_unchanged
from tests.faults.suite.children import apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

THREAD = "run-1"
STARTED = "harmless"
PAID: list[Any] = []
"""What the receiver was asked for, in this child."""
MADE: dict[str, Callable[[], Any]] = {}
"""The value that a step of this child makes."""
Told = dict[str, Any]


class Given(TypedDict):
    value: Any


class Paid(TypedDict):
    receipt: dict[str, Any]


class State(Given, Paid, total=False):
    pass


class Said(Record):
    reply: str


async def make(state: Given) -> Given:
    """The first step."""
    return {"value": MADE["first"]() if "first" in MADE else state["value"]}


async def think(state: Given) -> Given:
    """A step that asks a model about it."""
    if "model" in MADE:
        await ask("cheap", Said, "Answer.", {"value": MADE["model"]()})
    return {"value": state["value"]}


async def same(args: dict[str, Any]) -> dict[str, Any]:
    return args


async def approve(state: Given) -> Given:
    """A step that asks a person about it."""
    if "question" in MADE or "reply" in MADE:
        args = {"value": MADE.get("question", lambda: 1)()}
        await request_approval("pay", args, description="pay", check=same)
    return {"value": state["value"]}


async def pay(state: Given) -> Paid:
    """The effect."""

    async def send(key: str) -> dict[str, Any]:
        PAID.append(state["value"])
        return {"paid": MADE["receipt"]() if "receipt" in MADE else True}

    args = {"value": MADE["effect"]() if "effect" in MADE else state["value"]}
    return {"receipt": await effect("pay", args, send)}


def graph() -> Any:
    builder: Any = TypedStateGraph(State, input_schema=Given, output_schema=Paid)
    builder.set_node_defaults(error_handler=dead_letter)
    before = START
    for node in (make, think, approve, pay):
        builder.add_node(node).add_edge(before, node.__name__)
        before = node.__name__
    return builder.add_edge("pay", END).compile(name="poisoned")


@row(14, "poison: values that cannot be stored, and thread ids that are none", sample=72)
def poison_all(seed: int) -> Iterator[Trial]:
    """Every value at every boundary; no seed in it."""
    for where in ("input", "first", "model", "question", "reply", "effect", "receipt"):
        for name in VALUES:
            yield Trial(f"{name} as {where}", "baton", partial(_try, where, name))
    for name in NAMES:
        yield Trial(f"thread id: {name}", "baton", partial(_name, name))


def _try(where: str, name: str, folder: Path) -> Outcome:
    furnish(folder)
    told = apart(folder, _live, where, name).told
    if told is None:
        return Outcome(lost=1, note="the process hung or died")
    after = where == "receipt"
    refused = "refused" in told or told["status"] == "dead_lettered"
    if refused and "\n" in told.get("refused", ""):
        return Outcome(lost=1, note=f"more than a line: {told['refused']}")
    if refused:
        early = 0 if after else told["paid"]
        return Outcome(doubled=early, note="it was paid first" if early else "")
    fine = told["status"] == "done" and told["paid"] == 1
    note = "" if fine and told["unchanged"] else str(told)
    return Outcome(lost=int(not fine), silent=int(not told["unchanged"]), note=note)


async def _live(where: str, name: str) -> Told:
    """In a child: a run with the poison in that place."""
    if where != "input":
        MADE[where] = VALUES[name]
    given = VALUES[name]() if where == "input" else STARTED
    found: Told = {"paid": 0}
    async with open_resources() as resources:
        runner = Runner(resources, {"poisoned": graph()}.__getitem__)
        found |= await _message(partial(_run, runner, where, given))
    found["paid"] = len(PAID)
    expected = VALUES[name]() if where in ("input", "first") else STARTED
    found["unchanged"] = all(is_unchanged(expected, paid) for paid in PAID)
    return found


async def _run(runner: Runner, where: str, given: Any) -> Told:
    [thread] = await runner.queue("poisoned", [Job({"value": given}, THREAD)])
    summary = await runner.resume(thread)
    if summary["status"] == "waiting":
        message = MADE["reply"]() if where == "reply" else "yes"
        summary = await runner.decide(thread, {"decisions": [{"type": "approve", "message": message}]})
    if summary["status"] == "failed":
        return {"refused": summary["error"]}
    return {"status": summary["status"]}


async def _message(act: Callable[[], Awaitable[Told]]) -> Told:
    try:
        return await act()
    except BatonError as error:
        return {"refused": str(error)}
    except Exception as error:  # noqa: BLE001 - printed, and counted by the frame
        sys.stderr.write("".join(traceback.format_exception(error, limit=5, chain=False))[:5000])
        return {"refused": repr(error)[:200]}


def _name(name: str, folder: Path) -> Outcome:
    furnish(folder)
    told = apart(folder, _queue, name).told
    refused = told is not None and "refused" in told
    taken = told is not None and not refused
    return Outcome(lost=int(told is None), silent=int(taken), note="" if refused else str(told))


async def _queue(name: str) -> Told:
    """In a child: a run under that name."""
    async with open_resources() as resources:
        runner = Runner(resources, {"poisoned": graph()}.__getitem__)

        async def queue() -> Told:
            return {"queued": await runner.queue("poisoned", [Job({"value": 1}, NAMES[name])])}

        return await _message(queue)
