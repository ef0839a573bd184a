"""What a step notes of its place, and when; and what the graphs that it calls find when it is tried again."""

import asyncio
import operator
from typing import Annotated, Any

from langgraph.graph import END, START
from langgraph.types import RetryPolicy
from typing_extensions import TypedDict

from baton import TypedStateGraph
from baton.errors import Transient
from baton.runtime.resources import open_resources
from tests.baton.shop import on, shop

TRIES = RetryPolicy(initial_interval=0.001, max_attempts=3, jitter=False, retry_on=Transient)


class State(TypedDict, total=False):
    made: Annotated[list[str], operator.add]


def sides(turns: int, *, routed: bool = False) -> Any:
    """Two steps side by side in a graph that is retried as a whole: one ends after so many turns, one fails once.

    Where the first one is `routed`, a step comes after it.
    """
    failures = ["not yet"]

    async def left(state: State) -> State:
        for _ in range(turns):
            await asyncio.sleep(0)
        return {"made": ["left"]}

    async def right(state: State) -> State:
        if failures:
            raise Transient(failures.pop())
        return {"made": ["right"]}

    async def after(state: State) -> State:
        return {"made": ["after"]}

    inner: Any = TypedStateGraph(State).add_node(left).add_node(right).add_edge(START, "left").add_edge(START, "right")
    if routed:
        inner.add_node(after).add_conditional_edges("left", lambda _state: "after", ["after"])
    made: Any = TypedStateGraph(State).add_node("both", inner.compile(name="both"), retry_policy=TRIES)
    return made.add_edge(START, "both").add_edge("both", END)


async def test_a_step_that_is_cancelled_as_it_ends_is_done_again() -> None:
    """What is cancelled with anything written counts as finished, and its update would be lost."""
    async with open_resources() as resources:
        for turns in range(5, 15):
            graph = sides(turns).compile(checkpointer=resources.checkpointer, name="sides")
            ended = await graph.ainvoke({"made": []}, on(f"after-{turns}-turns"))
            assert sorted(ended["made"]) == ["left", "right"], f"after {turns} turns"


async def test_a_step_that_is_cancelled_while_its_router_decides_goes_on_all_the_same() -> None:
    async with open_resources() as resources:
        for turns in range(10):
            graph = sides(turns, routed=True).compile(checkpointer=resources.checkpointer, name="sides")
            ended = await graph.ainvoke({"made": []}, on(f"after-{turns}-turns"))
            assert sorted(ended["made"]) == ["after", "left", "right"], f"after {turns} turns"


async def test_a_retry_finds_what_each_of_its_graphs_had_made_also_after_a_fork() -> None:
    calls, failures = [], ["not yet"]

    async def work(state: State) -> State:
        calls.append("call")
        return {"made": ["worked"]}

    inner = TypedStateGraph(State).add_node(work).add_edge(START, "work").add_edge("work", END).compile(name="inner")

    async def call(state: State) -> State:
        found = [await inner.ainvoke({"made": [name]}) for name in ("first", "second")]
        if failures:
            raise Transient(failures.pop())
        return {"made": [name for each in found for name in each["made"]]}

    made: Any = TypedStateGraph(State).add_node("call", call, retry_policy=TRIES)
    async with shop(made.add_edge(START, "call").add_edge("call", END)) as (graph, _):
        expected = {"made": ["first", "worked", "second", "worked"]}
        assert await graph.ainvoke({"made": []}, on("t")) == expected
        assert len(calls) == 2
        [before] = [each async for each in graph.aget_state_history(on("t")) if each.next == ("call",)]
        failures.append("not yet")
        assert await graph.ainvoke(None, before.config) == expected
        assert (failures, len(calls)) == ([], 4)
