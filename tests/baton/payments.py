"""A small business for the plumbing: payments, a receiver with a log of its own, and points where a test can cut in."""

import asyncio
import operator
import os
import re
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Annotated, Any, Literal

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import Job, Record, Runner, TypedStateGraph, dead_letter, effect, open_resources, request_approval
from baton.config.home import home
from baton.errors import BadDecision
from baton.models.budget import Usage, reserve
from baton.runs.graph_shapes import Graph
from baton.runtime.active import active_run
from baton.runtime.resources import Resources

LIMIT = 500
ASKED = "CREATE TABLE IF NOT EXISTS asked (id INTEGER PRIMARY KEY, key TEXT, amount INTEGER, acted INTEGER)"


def place() -> Path:
    """The test's own folder, which all its processes share."""
    return home().parent


def receive(key: str, amount: int, *, deduplicates: bool = True) -> dict[str, Any]:
    """Take a payment in, as the other side does: by its own log, in its own file."""
    with closing(sqlite3.connect(place() / "receiver.db", timeout=30, isolation_level=None)) as log:
        log.execute(ASKED)
        log.execute("BEGIN IMMEDIATE")
        known = log.execute("SELECT amount FROM asked WHERE key = ? AND acted", (key,)).fetchone()
        acted = not (known and deduplicates)
        log.execute("INSERT INTO asked (key, amount, acted) VALUES (?, ?, ?)", (key, amount, acted))
        log.execute("COMMIT")
    return {"paid": amount if acted else known[0]}


def without_desk(key: str) -> str:
    """`one:1:pay@1/pay:0` of `one:1:<desk>:pay@1/pay:0`: the desk is another one in each test."""
    return re.sub(r":[0-9a-f]{32}:", ":", key)


def paid() -> list[tuple[str, int]]:
    """What the receiver did, by its own log: key without the desk, and amount."""
    with closing(sqlite3.connect(place() / "receiver.db", timeout=30)) as log:
        log.execute(ASKED)
        rows = log.execute("SELECT key, amount FROM asked WHERE acted ORDER BY id").fetchall()
        return [(without_desk(key), amount) for key, amount in rows]


def worked() -> list[str]:
    """The nodes that began, by their own note in a file."""
    notes = place() / "worked.txt"
    return notes.read_text().split() if notes.exists() else []


async def reach(point: str) -> None:
    """A point where a test can cut in.

    `POINT.kill` kills the first process that gets here, `POINT.kill-all` every one; `POINT.wait` holds the first until
    `POINT.go`; `POINT.slow` gives the seconds that it takes to pass.
    """
    with (place() / "worked.txt").open("a") as notes:
        notes.write(f"{point}\n")
    if _taken(point, "kill") or (place() / f"{point}.kill-all").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    if (slow := place() / f"{point}.slow").exists():
        await asyncio.sleep(float(slow.read_text()))
    if _taken(point, "wait"):
        while not (place() / f"{point}.go").exists():  # noqa: ASYNC110 - the test that lets go is another process
            await asyncio.sleep(0.01)


def _taken(point: str, what: str) -> bool:
    try:
        (place() / f"{point}.{what}").rename(place() / f"{point}.{what}-taken")
    except FileNotFoundError:
        return False
    return True


async def pay_once(amount: int, *, occurrence: str | None = None, deduplicates: bool = True) -> dict[str, Any]:
    """One effect, with a point before and after the receiver acts."""

    async def execute(key: str) -> dict[str, Any]:
        await reach("sending")
        receipt = await asyncio.to_thread(receive, key, amount, deduplicates=deduplicates)
        await reach("sent")
        return receipt

    args = {"amount": amount}
    receipt: dict[str, Any] = await effect("pay", args, execute, occurrence=occurrence, idempotent=deduplicates)
    return receipt


class Order(TypedDict):
    amount: int


class Receipt(Record):
    paid: int


class Booked(TypedDict):
    amount: int


class Paid(TypedDict):
    receipt: Receipt


class State(Order, total=False):
    receipt: Receipt
    go_on: str
    notes: Annotated[list[str], operator.add]


class Done(TypedDict):
    receipt: Receipt


async def book(state: Order) -> Booked:
    """An effect of its own, before the payment."""
    await reach("book")
    await pay_once(1)
    return {"amount": state["amount"]}


async def pay(state: Order) -> Paid:
    await reach("pay")
    return {"receipt": Receipt(**await pay_once(state["amount"]))}


async def pay_mute(state: Order) -> Paid:
    """The same, to a receiver that does not de-duplicate."""
    await reach("pay")
    return {"receipt": Receipt(**await pay_once(state["amount"], deduplicates=False))}


async def thank(state: Paid) -> Paid:
    await reach("thank")
    return {"receipt": state["receipt"]}


class Decided(TypedDict):
    amount: int
    go_on: str


class Deciding(TypedDict):
    go_on: Literal["pay", "stop"]


async def within_limit(args: dict[str, Any]) -> dict[str, Any]:
    """The business's rule for edits; a receiver's log that shows the payment forbids it too."""
    if set(args) != {"amount"} or not isinstance(args["amount"], int) or not 0 < args["amount"] <= LIMIT:
        raise BadDecision(f"an amount is 1 to {LIMIT},\nnot {args}")
    return args


async def ask_person(state: Order) -> Decided:
    await reach("ask")
    args = {"amount": state["amount"]}
    decision = await request_approval("pay", args, description="pay somebody", check=within_limit)
    await reach("decided")
    go_on = "pay" if decision.type in ("approve", "edit") else "stop"
    return {"amount": decision.args["amount"], "go_on": go_on}


def after_person(state: Deciding) -> Literal["pay", "stop"]:
    return state["go_on"]


class Thought(TypedDict):
    notes: list[str]


async def think(state: Order) -> Thought:
    """A paid model call, of 10 and 5 tokens."""
    await reach("think")
    reservation = await reserve(active_run(), "cheap", "local:small", 100)
    await reach("thinking")
    await reservation.settle(Usage(10, 5), 0.01)
    return {"notes": ["thought"]}


def asking(side: str) -> Any:
    async def ask(state: Order) -> Thought:
        await reach(f"ask_{side}")
        args = {"amount": state["amount"]}
        decision = await request_approval(f"pay_{side}", args, description=side, occurrence=side, check=within_limit)
        return {"notes": [f"{side}:{decision.type}"]}

    ask.__name__ = f"ask_{side}"
    return ask


class Noted(TypedDict):
    amount: int
    notes: list[str]


async def pay_approved(state: Noted) -> Paid:
    sides = [note.partition(":")[0] for note in sorted(state["notes"]) if note.endswith(":approve")]
    receipts = [await pay_once(state["amount"], occurrence=side) for side in sides]
    return {"receipt": Receipt(paid=sum(receipt["paid"] for receipt in receipts))}


def builder() -> TypedStateGraph[Any, Any, Any, Any]:
    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(State, input_schema=Order, output_schema=Done)
    return made.set_node_defaults(error_handler=dead_letter)


def chain(*nodes: Any, name: str) -> Graph:
    """The nodes one after another."""
    made, before = builder(), START
    for node in nodes:
        made.add_node(node)
        made.add_edge(before, node.__name__)
        before = node.__name__
    return made.add_edge(before, END).compile(name=name)


def _approved() -> Graph:
    made = builder().add_node(think).add_node(ask_person).add_node(pay)
    made.add_edge(START, "think").add_edge("think", "ask_person").add_edge("pay", END)
    return made.add_conditional_edges("ask_person", after_person, {"pay": "pay", "stop": END}).compile(name="approved")


def _branches() -> Graph:
    made = builder().add_node(book).add_node(think).add_node(pay_approved, defer=True)
    made.add_edge(START, "book").add_edge("book", "think").add_edge("think", "pay_approved")
    for side in ("left", "right"):
        made.add_node(asking(side)).add_edge("book", f"ask_{side}").add_edge(f"ask_{side}", "pay_approved")
    return made.add_edge("pay_approved", END).compile(name="branches")


GRAPHS = {
    "payment": chain(book, pay, thank, name="payment"),
    "mute": chain(pay_mute, thank, name="mute"),
    "approved": _approved(),
    "branches": _branches(),
}


@asynccontextmanager
async def desk(graphs: dict[str, Graph] = GRAPHS) -> AsyncIterator[tuple[Runner, Resources]]:
    """A runner of this process and what it stands on."""
    async with open_resources() as resources:
        yield Runner(resources, graphs.__getitem__), resources


async def queued(*threads: str, graph: str = "payment", amount: int = 7) -> None:
    """Queue one run for each thread."""
    async with desk() as (runner, _):
        await runner.queue(graph, [Job({"amount": amount}, thread) for thread in threads])


def wait_for(path: Path, seconds: float = 120) -> None:
    """Wait until a file is there."""
    limit = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < limit, f"{path.name} did not come"
        time.sleep(0.005)
