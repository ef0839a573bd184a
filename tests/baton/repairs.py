"""Graphs whose steps fail for as long as a test says that they are broken."""

import asyncio
import json
import operator
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

from langgraph.graph import END, START
from langgraph.types import Send
from typing_extensions import TypedDict

from baton import Runner, TypedStateGraph, dead_letter, dead_letter_branch
from baton.errors import BadAnswer, UsageError
from baton.runs.graph_shapes import Graph
from baton.runtime.resources import Resources
from baton.steps.dead_letters import Failure
from tests.baton.payments import (
    Order,
    Paid,
    Receipt,
    Thought,
    ask_person,
    book,
    builder,
    chain,
    desk,
    pay,
    pay_once,
    place,
    reach,
    thank,
    think,
)
from tests.baton.processes import Told


def break_at(*points: str) -> None:
    """From now on these steps fail."""
    for point in points:
        (place() / f"{point}.broken").touch()


def repair(*points: str) -> None:
    """From now on they work."""
    for point in points:
        (place() / f"{point}.broken").unlink()


async def attempt(point: str) -> None:
    """Where a step fails while it is broken; `reach` counts it."""
    await reach(point)
    if (place() / f"{point}.broken").exists():
        raise BadAnswer("nonsense", f"the answer of {point}, sk-live_0123456789abcdef")


async def ship(state: Paid) -> Paid:
    await attempt("ship")
    return {"receipt": state["receipt"]}


async def pack(state: Order) -> Thought:
    await attempt("pack")
    return {"notes": ["packed"]}


async def weigh(state: Order) -> Thought:
    await attempt("weigh")
    return {"notes": ["weighed"]}


async def label(state: Thought) -> Paid:
    await reach("label")
    return {"receipt": Receipt(**await pay_once(3))}


def _sides() -> Graph:
    """`pack` beside `think`, and after `think` a person and a payment."""
    made = builder().add_node(pack).add_node(think).add_node(ask_person).add_node(pay)
    made.add_edge(START, "pack").add_edge(START, "think").add_edge("think", "ask_person")
    return made.add_edge("ask_person", "pay").add_edge("pack", END).add_edge("pay", END).compile(name="sides")


def _twins() -> Graph:
    """Two steps that may both break, and one after both."""
    made = builder().add_node(pack).add_node(weigh).add_node(label)
    made.add_edge(START, "pack").add_edge(START, "weigh").add_edge(["pack", "weigh"], "label")
    return made.add_edge("label", END).compile(name="twins")


def _family() -> Graph:
    """A graph in a graph in a graph; the innermost pays, then ships."""
    inner, middle = chain(pay, ship, name="inner"), builder()
    middle.add_node("counter", inner).add_edge(START, "counter").add_edge("counter", END)
    made = builder().add_node(book).add_node("office", middle.compile(name="middle")).add_node(thank)
    made.add_edge(START, "book").add_edge("book", "office").add_edge("office", "thank")
    return made.add_edge("thank", END).compile(name="family")


class Item(TypedDict):
    item: int


class Made(TypedDict):
    made: list[int]


class Spread(Order, total=False):
    made: Annotated[list[int], operator.add]
    failures: Annotated[list[Failure], operator.add]
    told: str


class Joined(TypedDict):
    made: list[int]
    failures: list[Failure]


class Concluded(TypedDict):
    told: str


async def plan(state: Order) -> None:
    await reach("plan")


def spread(state: Order) -> list[Send]:
    return [Send("work", {"item": item}) for item in range(state["amount"])]


async def work(state: Item) -> Made:
    await attempt(f"work-{state['item']}")
    await pay_once(state["item"], occurrence=str(state["item"]))
    return {"made": [state["item"]]}


async def join(state: Joined) -> Concluded:
    await reach("join")
    failed = sorted(failure.request["item"] for failure in state["failures"])
    return {"told": f"made {sorted(state['made'])}, failed {failed}"}


TO_JOIN = dead_letter_branch("join")


def spreading(worker: Any, join: Any = join, send: Any = spread, handler: Any = TO_JOIN) -> Graph:
    """Workers side by side, and a join that is told of those that failed."""
    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(Spread, input_schema=Order, output_schema=Concluded)
    made.set_node_defaults(error_handler=dead_letter).add_node(plan).add_node("join", join, defer=True)
    made.add_node("work", worker, input_schema=Item, error_handler=handler)
    made.add_edge(START, "plan").add_conditional_edges("plan", send, ["work"])
    return made.add_edge("work", "join").add_edge("join", END).compile(name="spread")


class Piece(Item, total=False):
    made: list[int]


def _worker() -> Graph:
    """The worker as a graph of its own, with a handler that would end a run of its own."""
    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(Piece, input_schema=Item, output_schema=Made)
    made.set_node_defaults(error_handler=dead_letter).add_node(work)
    return made.add_edge(START, "work").add_edge("work", END).compile(name="worker")


GRAPHS = {
    "line": chain(book, pay, ship, name="line"),
    "answered": chain(think, ask_person, pay, ship, name="answered"),
    "sides": _sides(),
    "twins": _twins(),
    "family": _family(),
    "spread": spreading(work),
    "workers": spreading(_worker()),
}


def shop(graphs: dict[str, Graph] = GRAPHS) -> AbstractAsyncContextManager[tuple[Runner, Resources]]:
    """A runner of these graphs."""
    return desk(graphs)


def replaying(letter_id: str, name: str) -> None:
    """Replay a letter once `go` is there; `NAME.json` keeps what came of it."""

    async def acting() -> Told:
        async with shop() as (runner, _):
            (place() / f"{name}.ready").touch()
            while not (place() / "go").exists():  # noqa: ASYNC110 - the barrier between processes is a file
                await asyncio.sleep(0.001)
            try:
                return {"status": (await runner.replay(letter_id))["status"]}
            except UsageError as refused:
                return {"refused": type(refused).__name__}

    said = json.dumps(asyncio.run(acting()))
    (place() / f"{name}.part").write_text(said)
    (place() / f"{name}.part").rename(place() / f"{name}.json")
