"""Bare calls and threads of the server: they get a row, and the plumbing under their feet."""

import asyncio
import signal
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START
from langgraph.types import Command
from typing_extensions import TypedDict

from baton.errors import DeadLettered, Fatal, NotEnded, NothingWaiting, ShapeError
from baton.runs.graph_shapes import Graph
from baton.runtime.resources import Resources
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.payments import GRAPHS, Order, Paid, State, desk, paid, place, worked
from tests.baton.processes import process
from tests.baton.questions import approve, questions, reject

CONFIG: Any = {"configurable": {"thread_id": "one"}}


def durable(resources: Resources, graph: str) -> Graph:
    return GRAPHS[graph].copy({"checkpointer": resources.checkpointer})


async def rows(resources: Resources) -> list[dict[str, Any]]:
    found = await resources.database.do(lambda tx: tx.execute("SELECT * FROM runs ORDER BY created_at").fetchall())
    return [dict(row) for row in found]


async def runs(resources: Resources) -> list[tuple[str, int, str]]:
    return [(row["thread_id"], row["run"], row["status"]) for row in await rows(resources)]


def payments(thread: str, run: int, amount: int) -> list[tuple[str, int]]:
    """What a run of `payment` pays: 1 for the booking, and the amount."""
    return [(f"{thread}:{run}:book@1/pay:0", 1), (f"{thread}:{run}:pay@1/pay:0", amount)]


async def test_a_bare_call_works_without_any_set_up_and_leaves_a_row() -> None:
    async with desk() as (_, resources):
        assert await GRAPHS["payment"].ainvoke({"amount": 7}) == {"receipt": {"paid": 7}}
        (row,) = await rows(resources)
    assert (row["origin"], row["status"], row["graph"]) == ("library", "done", "payment")
    assert row["thread_id"].startswith("lib-")
    assert paid() == payments(row["thread_id"], 1, 7)


async def test_the_framework_hears_of_no_thread_that_nobody_named() -> None:
    """It would copy the id into the metadata of every callback of every step, at a twentieth of the step's cost."""
    seen: list[Any] = []

    async def look(state: State, config: RunnableConfig) -> None:
        seen.append(config["configurable"].get("thread_id"))

    graph = TypedStateGraph(State).add_node(look).add_edge(START, "look").compile(name="looking")
    async with desk() as (_, resources):
        for config in (None, CONFIG):
            await graph.ainvoke({"amount": 7}, config)
        await graph.copy({"checkpointer": resources.checkpointer}).ainvoke({"amount": 7})
        threads = [row["thread_id"] for row in await rows(resources)]
    assert seen == [None, *threads[1:]]
    assert threads[1] == "one"


@pytest.mark.parametrize("key", ["assistant_id", "graph_id", "langgraph_request_id"])
async def test_a_thread_of_the_server_is_known_as_one(key: str) -> None:
    async with desk() as (_, resources):
        await GRAPHS["payment"].ainvoke({"amount": 7}, {"configurable": {"thread_id": "one", key: "x"}})
        (row,) = await rows(resources)
    assert (row["thread_id"], row["origin"], row["status"]) == ("one", "server", "done")


@pytest.mark.parametrize("checkpointed", [True, False])
async def test_a_further_call_on_a_thread_is_a_further_run_with_a_row_and_effects_of_its_own(
    *, checkpointed: bool
) -> None:
    async with desk() as (_, resources):
        graph = durable(resources, "payment") if checkpointed else GRAPHS["payment"]
        for amount in (7, 7, 8):
            assert await graph.ainvoke({"amount": amount}, CONFIG) == {"receipt": {"paid": amount}}
        assert await runs(resources) == [("one", run, "done") for run in (1, 2, 3)]
    assert worked().count("pay") == 3
    assert paid() == [*payments("one", 1, 7), *payments("one", 2, 7), *payments("one", 3, 8)]


def killed_at(point: str, *, checkpointed: bool) -> None:
    """Let a call's process die there."""
    (place() / f"{point}.kill").touch()
    with process(call_once, checkpointed) as calling:
        calling.join(20)
        assert calling.exitcode == -signal.SIGKILL


def call_once(checkpointed: bool) -> None:  # noqa: FBT001 - a process takes its arguments by position
    async def calling() -> None:
        async with desk() as (_, resources):
            graph = durable(resources, "payment") if checkpointed else GRAPHS["payment"]
            await graph.ainvoke({"amount": 7}, CONFIG)

    asyncio.run(calling())


@pytest.mark.parametrize("point", ["book", "sending", "sent", "thank"])
async def test_a_call_whose_process_died_is_the_same_run_when_it_is_repeated_and_pays_once(point: str) -> None:
    killed_at(point, checkpointed=False)
    async with desk() as (_, resources):
        assert await runs(resources) == [("one", 1, "running")]
        assert await GRAPHS["payment"].ainvoke({"amount": 7}, CONFIG) == {"receipt": {"paid": 7}}
        assert await runs(resources) == [("one", 1, "done")]
    assert paid() == payments("one", 1, 7)


@pytest.mark.parametrize("point", ["book", "sending", "sent", "thank"])
async def test_with_a_checkpointer_a_call_whose_process_died_is_gone_on_with_and_not_begun_beside(point: str) -> None:
    killed_at(point, checkpointed=True)
    async with desk() as (_, resources):
        graph = durable(resources, "payment")
        with pytest.raises(NotEnded, match=r"run 1 of one is running .* go on with it: ainvoke\(None, config\)"):
            await graph.ainvoke({"amount": 7}, CONFIG)
        assert await runs(resources) == [("one", 1, "running")]
        assert await graph.ainvoke(None, CONFIG) == {"receipt": {"paid": 7}}
        assert await runs(resources) == [("one", 1, "done")]
    assert paid() == payments("one", 1, 7)


async def test_another_amount_for_a_call_whose_process_died_fires_nothing_and_is_dead_lettered() -> None:
    killed_at("thank", checkpointed=False)
    async with desk() as (_, resources):
        with pytest.raises(DeadLettered, match="effect_mismatch"):
            await GRAPHS["payment"].ainvoke({"amount": 8}, CONFIG)
        assert await runs(resources) == [("one", 1, "dead_lettered")]
    assert paid() == payments("one", 1, 7)


async def test_a_paused_call_waits_and_goes_on_by_a_bare_command() -> None:
    async with desk() as (_, resources):
        graph = durable(resources, "approved")
        await graph.ainvoke({"amount": 7}, CONFIG)
        assert [row["status"] for row in await rows(resources)] == ["waiting"]
        (asked,) = await questions(resources, "one")
        await graph.ainvoke(Command(resume={asked["interrupt_id"]: approve(digest=asked["digest"])}), CONFIG)
        assert [row["status"] for row in await rows(resources)] == ["done"]
        with pytest.raises(NothingWaiting):
            await graph.ainvoke(Command(resume=reject()), CONFIG)
        assert [row["status"] for row in await rows(resources)] == ["done"]
    assert paid() == [("one:1:pay@1/pay:0", 7)]


async def test_an_input_that_does_not_fit_leaves_no_row() -> None:
    async with desk() as (_, resources):
        with pytest.raises(ShapeError):
            await GRAPHS["payment"].ainvoke({"amount": "many"})
        assert await rows(resources) == []


async def test_a_failure_that_nothing_parks_is_raised_and_kept() -> None:
    async def fail(state: Order) -> Paid:
        raise Fatal("it cannot be")

    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(State, input_schema=Order)
    graph = made.add_node(fail).set_entry_point("fail").compile(name="fail")
    async with desk() as (_, resources):
        with pytest.raises(Fatal, match="it cannot be"):
            await graph.ainvoke({"amount": 7})
        (row,) = await rows(resources)
    assert (row["status"], row["error"]) == ("failed", "Fatal: it cannot be")


class Text(TypedDict, total=False):
    text: str


async def test_a_step_whose_inner_graph_goes_on_outside_has_not_asked() -> None:
    async def leave(_: Text) -> Command[Any]:
        return Command(graph=Command.PARENT, goto="last", update={"text": "left"})

    leaving: Any = TypedStateGraph(Text)
    inner = leaving.add_node(leave).add_edge(START, "leave").compile()

    async def call(state: Text) -> None:
        await inner.ainvoke(state)

    async def last(state: Text) -> Text:
        return {"text": f"{state['text']}!"}

    builder: Any = TypedStateGraph(Text).add_node(call, destinations=("last",)).add_node(last)
    graph = builder.add_edge(START, "call").compile(name="outer")
    async with desk() as (_, resources):
        for _ in range(2):
            assert await graph.ainvoke({"text": "a"}, {"configurable": {"thread_id": "t"}}) == {"text": "left!"}
        assert await runs(resources) == [("t", 1, "done"), ("t", 2, "done")]
