"""Bare calls and threads of the server: they get a row, and the plumbing under their feet."""

from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START
from langgraph.types import Command

from baton.errors import Fatal, ShapeError
from baton.graph_shapes import Graph
from baton.plumbing import Plumbing
from baton.typed_graph import TypedStateGraph
from tests.baton.payments import GRAPHS, Order, Paid, State, desk, paid, worked
from tests.baton.questions import approve, questions, reject

CONFIG: Any = {"configurable": {"thread_id": "one"}}


def durable(plumbing: Plumbing, graph: str) -> Graph:
    return GRAPHS[graph].copy({"checkpointer": plumbing.checkpointer})


async def rows(plumbing: Plumbing) -> list[dict[str, Any]]:
    found = await plumbing.database.do(lambda tx: tx.execute("SELECT * FROM runs ORDER BY created_at").fetchall())
    return [dict(row) for row in found]


async def test_a_bare_call_works_without_any_set_up_and_leaves_a_row() -> None:
    async with desk() as (_, plumbing):
        assert await GRAPHS["payment"].ainvoke({"amount": 7}) == {"receipt": {"paid": 7}}
        (row,) = await rows(plumbing)
    assert (row["origin"], row["status"], row["graph"]) == ("library", "done", "payment")
    assert row["thread_id"].startswith("lib-")
    assert paid() == [(f"{row['thread_id']}:book:0", 1), (f"{row['thread_id']}:pay:0", 7)]


async def test_the_framework_hears_of_no_thread_that_nobody_named() -> None:
    """It would copy the id into the metadata of every callback of every step, at a twentieth of the step's cost."""
    seen: list[Any] = []

    async def look(state: State, config: RunnableConfig) -> None:
        seen.append(config["configurable"].get("thread_id"))

    graph = TypedStateGraph(State).add_node(look).add_edge(START, "look").compile(name="looking")
    async with desk() as (_, plumbing):
        for config in (None, CONFIG):
            await graph.ainvoke({"amount": 7}, config)
        await graph.copy({"checkpointer": plumbing.checkpointer}).ainvoke({"amount": 7})
        threads = [row["thread_id"] for row in await rows(plumbing)]
    assert seen == [None, *threads[1:]]
    assert threads[1] == "one"


@pytest.mark.parametrize("key", ["assistant_id", "graph_id", "langgraph_request_id"])
async def test_a_thread_of_the_server_is_known_as_one(key: str) -> None:
    async with desk() as (_, plumbing):
        await GRAPHS["payment"].ainvoke({"amount": 7}, {"configurable": {"thread_id": "one", key: "x"}})
        (row,) = await rows(plumbing)
    assert (row["thread_id"], row["origin"], row["status"]) == ("one", "server", "done")


@pytest.mark.parametrize("checkpointed", [True, False])
async def test_the_same_call_twice_on_one_thread_is_one_row_and_one_effect(*, checkpointed: bool) -> None:
    async with desk() as (_, plumbing):
        graph = durable(plumbing, "payment") if checkpointed else GRAPHS["payment"]
        for _ in range(2):
            assert await graph.ainvoke({"amount": 7}, CONFIG) == {"receipt": {"paid": 7}}
        assert [(row["thread_id"], row["status"]) for row in await rows(plumbing)] == [("one", "done")]
    assert worked().count("pay") == 2
    assert paid() == [("one:book:0", 1), ("one:pay:0", 7)]


async def test_another_amount_on_the_same_thread_fires_nothing_and_is_parked() -> None:
    async with desk() as (_, plumbing):
        graph = durable(plumbing, "payment")
        await graph.ainvoke({"amount": 7}, CONFIG)
        await graph.ainvoke({"amount": 8}, CONFIG)
        assert [row["status"] for row in await rows(plumbing)] == ["dead_lettered"]
    assert paid() == [("one:book:0", 1), ("one:pay:0", 7)]


async def test_a_paused_call_waits_and_goes_on_by_a_bare_command() -> None:
    async with desk() as (_, plumbing):
        graph = durable(plumbing, "approved")
        await graph.ainvoke({"amount": 7}, CONFIG)
        assert [row["status"] for row in await rows(plumbing)] == ["waiting"]
        (asked,) = await questions(plumbing, "one")
        await graph.ainvoke(Command(resume={asked["interrupt_id"]: approve(digest=asked["digest"])}), CONFIG)
        assert [row["status"] for row in await rows(plumbing)] == ["done"]
        await graph.ainvoke(Command(resume=reject()), CONFIG)
    assert paid() == [("one:pay:0", 7)]


async def test_an_input_that_does_not_fit_leaves_no_row() -> None:
    async with desk() as (_, plumbing):
        with pytest.raises(ShapeError):
            await GRAPHS["payment"].ainvoke({"amount": "many"})
        assert await rows(plumbing) == []


async def test_a_failure_that_nothing_parks_is_raised_and_kept() -> None:
    async def fail(state: Order) -> Paid:
        raise Fatal("it cannot be")

    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(State, input_schema=Order)
    graph = made.add_node(fail).set_entry_point("fail").compile(name="fail")
    async with desk() as (_, plumbing):
        with pytest.raises(Fatal, match="it cannot be"):
            await graph.ainvoke({"amount": 7})
        (row,) = await rows(plumbing)
    assert (row["status"], row["error"]) == ("failed", "Fatal: it cannot be")
