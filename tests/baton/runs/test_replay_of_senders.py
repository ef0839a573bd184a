"""A worker that sends on: its replay would shift the numbers of what the others sent."""

import operator
from typing import Annotated, Any

import pytest
from langgraph.graph import END, START
from langgraph.types import Send

from baton import Job, Runner, TypedStateGraph, dead_letter, dead_letter_branch
from baton.errors import UsageError
from baton.steps.dead_letters import Failure
from tests.baton.shop import Order, Receiver, paying, shop


def most(before: int, now: int) -> int:
    return max(before, now)


class Many(Order, total=False):
    at: Annotated[int, most]
    failures: Annotated[list[Failure], operator.add]


async def test_a_worker_that_sends_on_is_not_replayed_once_what_others_sent_has_acted() -> None:
    """While it is parked its `Send` is missing; with it the others would have other numbers, and pay a second time."""
    receiver, broken = Receiver(), ["Bob"]

    async def plan(_state: Order) -> Order:
        return {"at": 1}

    async def work(state: Order) -> Order:
        if state["payee"] in broken:
            raise ValueError("broken")
        return {"at": 1}

    async def join(_state: Many) -> Many:
        return {"verdict": "joined"}

    made: Any = TypedStateGraph(Many)
    made.set_node_defaults(error_handler=dead_letter).add_node(plan).add_node(join, defer=True)
    made.add_node("work", work, input_schema=Order, error_handler=dead_letter_branch("join"))
    made.add_node("pay", paying(receiver), input_schema=Order).add_edge(START, "plan")
    made.add_conditional_edges(
        "plan", lambda _: [Send("work", {"payee": each}) for each in ("Ann", "Bob", "Cy")], ["work"]
    )
    made.add_conditional_edges("work", lambda _: [Send("pay", {"payee": "one of them"})], ["pay"])
    made.add_edge("pay", "join").add_edge("join", END)
    async with shop(made) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job({"at": 0}, "t")])
        [letter] = (await runner.resume("t"))["dead_letters"]
        broken.clear()
        with pytest.raises(UsageError, match="work may send, and steps that others sent to have acted since it failed"):
            await runner.replay(letter)
        assert len(receiver.payees) == 2
        assert (await runner.summary("t"))["dead_letters"] == [letter], "nothing was changed"
