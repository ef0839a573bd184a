"""A payment to a receiver that does not de-duplicate: in doubt where a kill leaves its outcome unknown, and only there.

That window is declared: from the committed intent to the committed receipt. Elsewhere the payment is made once.
"""

import asyncio
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory
from typing import Any

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import Job, Runner, TypedStateGraph, dead_letter, effect, open_resources
from baton.errors import ThreadInUse
from baton.runs.graph_shapes import Graph
from tests.faults.desk.builds import LATER_S
from tests.faults.desk.graphs import THREAD, letters, observe
from tests.faults.inject.ticks import Ticks, install, kill, shift_steady
from tests.faults.suite.children import KILLED, apart
from tests.faults.suite.frame import Outcome
from tests.faults.suite.warm import furnish

LOG = "payments.txt"
GRAPH = "payments"


class Order(TypedDict):
    payee: str


class Paid(TypedDict):
    receipt: str


class State(Order, Paid, total=False):
    pass


@cache
def count_ticks() -> int:
    """How many ticks a payment has."""
    with TemporaryDirectory(prefix="undisturbed-") as name:
        furnish(Path(name))
        return int(apart(Path(name), _pay, None, 0).told)


def kill_at(at: int, folder: Path) -> Outcome:
    """Once paid and done, or in doubt if the intent alone was there when the process died."""
    made = furnish(folder)
    killed = apart(folder, _pay, at, 0).code == KILLED
    unknown = killed and _has_pending(made / "baton.db")
    last = apart(folder, _pay, None, 1)
    now, times = observe(made), len((folder / LOG).read_text().split()) if (folder / LOG).exists() else 0
    in_doubt = now.status == "dead_lettered" and letters(made) == [("pay", "in_doubt")]
    fine = last.code == 0 and (in_doubt if unknown else now.status == "done" and times == 1)
    note = "" if fine else f"{now}, paid {times} times"
    return Outcome(int(killed), int(not fine), max(0, times - 1), int(fine and in_doubt), note=note)


def _has_pending(file: Path) -> bool:
    """Whether an effect was begun whose outcome is not known."""
    with closing(connect(file)) as database:
        tables = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'effects'").fetchall()
        return bool(tables and database.execute("SELECT 1 FROM effects WHERE status = 'pending'").fetchall())


def payments(ticks: Callable[[], None]) -> Graph:
    """One step that pays; the receiver's door has ticks of its own."""

    async def pay(state: Order) -> Paid:
        async def send(key: str) -> dict[str, Any]:
            ticks()
            await asyncio.to_thread(_receipts, state["payee"])
            ticks()
            return {"receipt": "paid"}

        return {"receipt": (await effect("pay", dict(state), send, idempotent=False))["receipt"]}

    made: Any = TypedStateGraph(State, input_schema=Order, output_schema=Paid)
    made.set_node_defaults(error_handler=dead_letter).add_node(pay)
    compiled: Graph = made.add_edge(START, "pay").add_edge("pay", END).compile(name=GRAPH)
    return compiled


def _receipts(payee: str) -> None:
    with Path(LOG).open("a") as log:
        log.write(f"{payee}\n")


async def _pay(at: int | None, generation: int) -> int:
    """In a child: queue the payment unless it is there, and go on with it; how many ticks it had."""
    shift_steady(generation * LATER_S)
    ticks = install(Ticks(at, kill))
    async with open_resources() as resources:
        runner = Runner(resources, {GRAPH: payments(ticks)}.__getitem__)
        with suppress(ThreadInUse):
            await runner.queue(GRAPH, [Job({"payee": "Ann"}, THREAD)])
        await runner.resume(THREAD)
    return ticks.total
