"""Typed graphs as runs: rows, spans, pauses, graphs within graphs, and who has to call them how."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from langgraph.errors import NodeTimeoutError
from langgraph.graph import START, StateGraph
from langgraph.types import Command, RetryPolicy, TimeoutPolicy, interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict

from baton.errors import ShapeError, UsageError
from baton.runtime.resources import Resources
from baton.steps.dead_letters import dead_letter
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.steps.test_typed_graph import wrong
from tests.baton.words import (
    CONFIG,
    Asked,
    Context,
    Said,
    State,
    chain,
    greet,
    only,
    spans,
)


async def test_a_graph_can_be_a_step_and_its_spans_are_named_by_the_path(resources: Resources) -> None:
    builder = TypedStateGraph(State, input_schema=Asked).add_node("inner", chain().compile()).add_edge(START, "inner")
    assert (await builder.compile().ainvoke({"text": "a b c"}, CONFIG))["reply"] == "3 words"
    assert await spans(resources) == [("inner/count", "done"), ("inner/say", "done")]


@pytest.mark.parametrize(
    "given,greeting", [(None, "hello"), (Context("good day"), "good day"), ({"greeting": "hi"}, "hi")]
)
async def test_a_step_that_is_a_graph_shares_the_context_of_the_whole(given: Any, greeting: str) -> None:
    inner = only(greet, Context).compile()
    assert (await inner.ainvoke({"text": "x"}, context=given))["reply"] == greeting
    outer = TypedStateGraph(State, Context, input_schema=Asked).add_node("inner", inner).add_edge(START, "inner")
    assert (await outer.compile().ainvoke({"text": "x"}, context=given))["reply"] == greeting


@pytest.mark.parametrize(
    "given,told",
    [
        ({"bogus": 1}, "context: own has no bogus; it has greeting"),
        ({"greeting": "hi", "b": 1, "a": 2}, "context: own has no a, b; it has greeting"),
    ],
)
async def test_a_context_that_does_not_fit_is_refused_before_a_run_begins(
    resources: Resources, given: Any, told: str
) -> None:
    graph = only(greet, Context).compile(resources.checkpointer, name="own")
    for call in (graph.ainvoke({"text": "x"}, CONFIG, context=given), stream_of(graph, given)):
        with pytest.raises(UsageError, match=f"^{told}$"):
            await call
    assert await resources.database.do(lambda tx: tx.execute("SELECT * FROM runs").fetchall()) == []


class Loose(BaseModel):
    greeting: str = "hello"


class Open(BaseModel, extra="allow"):
    greeting: str = "hello"


class Keys(TypedDict, total=False):
    greeting: str


@pytest.mark.parametrize("schema", [Context, Loose, Keys])
async def test_an_unknown_key_of_a_context_is_refused_whatever_its_schema(resources: Resources, schema: Any) -> None:
    graph = only(silent, schema).compile(name="own")
    with pytest.raises(UsageError, match=r"^context: own has no greetin; it has greeting$"):
        await graph.ainvoke({"text": "x"}, context={"greetin": "hi"})
    assert (await graph.ainvoke({"text": "x"}, context={"greeting": "hi"}))["reply"] == "x"


async def test_a_context_that_says_so_takes_more() -> None:
    given = {"greetin": "hi"}
    assert (await only(silent, Open).compile().ainvoke({"text": "x"}, context=given))["reply"] == "x"


async def silent(state: Asked) -> Said:
    return {"reply": state["text"]}


async def stream_of(graph: Any, context: Any) -> list[Any]:
    return [part async for part in graph.astream({"text": "x"}, CONFIG, context=context)]


async def test_a_step_that_asks_goes_on_with_the_answer(resources: Resources) -> None:
    async def ask(state: Asked) -> Said:
        return {"reply": interrupt({"question": state["text"]})}

    graph = only(ask).compile(resources.checkpointer)
    paused = await graph.ainvoke({"text": "well?"}, CONFIG)
    assert [each.value for each in paused["__interrupt__"]] == [{"question": "well?"}]
    assert (await graph.ainvoke(Command(resume="yes"), CONFIG))["reply"] == "yes"
    assert await spans(resources) == [("step", "interrupted"), ("step", "done")]


async def test_every_attempt_leaves_a_span(resources: Resources) -> None:
    attempts: list[int] = []

    async def flaky(state: Asked) -> Said:
        attempts.append(1)
        if len(attempts) < 3:
            raise OSError("again")
        return {"reply": "at last"}

    policy = RetryPolicy(initial_interval=0, jitter=False, retry_on=OSError)
    builder = TypedStateGraph(State, input_schema=Asked).add_node(flaky, retry_policy=policy)
    await builder.add_edge(START, "flaky").compile().ainvoke({"text": "x"}, CONFIG)
    assert await spans(resources) == [("flaky", "failed"), ("flaky", "failed"), ("flaky", "done")]


async def slow(state: Asked) -> Said:
    await asyncio.sleep(5)
    return {"reply": "late"}


@pytest.mark.parametrize(
    "policy,kind,status",
    [
        (0.05, "run", "failed"),
        (timedelta(seconds=0.05), "run", "failed"),
        (TimeoutPolicy(idle_timeout=0.05), "idle", "cancelled"),  # the framework's own watch
    ],
)
async def test_a_step_that_takes_too_long_is_ended(resources: Resources, policy: Any, kind: str, status: str) -> None:
    own = TypedStateGraph(State, input_schema=Asked).add_node(slow, timeout=policy)
    default = TypedStateGraph(State, input_schema=Asked).set_node_defaults(timeout=policy).add_node(slow)
    for builder in (own, default):
        with pytest.raises(NodeTimeoutError) as raised:
            await builder.add_edge(START, "slow").compile().ainvoke({"text": "x"}, CONFIG)
        assert (raised.value.node, raised.value.kind) == ("slow", kind)
        assert 0.05 <= raised.value.elapsed < 4
    assert await spans(resources) == [("slow", status)] * 2


async def test_a_step_that_was_taken_out_of_the_builder_hinders_nobody() -> None:
    builder = TypedStateGraph(State, Context, input_schema=Asked).set_node_defaults(timeout=5)
    builder.add_node(slow).add_node(greet)
    del builder.nodes["slow"]
    graph = builder.add_edge(START, "greet").compile()
    assert await graph.ainvoke({"text": "x"}, context=Context("hi")) == {"text": "x", "reply": "hi"}


async def test_a_step_that_is_a_graph_has_its_time_too(resources: Resources) -> None:
    inner = TypedStateGraph(State, input_schema=Asked).add_node(slow).add_edge(START, "slow").compile()
    outer = TypedStateGraph(State, input_schema=Asked).add_node("inner", inner, timeout=0.05).add_edge(START, "inner")
    with pytest.raises(NodeTimeoutError, match="inner"):
        await outer.compile().ainvoke({"text": "x"}, CONFIG)
    assert await spans(resources) == [("inner/slow", "cancelled")]


async def test_an_attempt_that_ran_out_of_time_is_over_before_the_next_begins() -> None:
    told: list[str] = []

    async def step(state: Asked) -> Said:
        told.append("begins")
        try:
            await asyncio.sleep(5 if len(told) == 1 else 0)
        finally:
            await asyncio.sleep(0.02)  # a connection is closed, a file is put away
            told.append("is over")
        return {"reply": "done"}

    policy = RetryPolicy(initial_interval=0, jitter=False, retry_on=NodeTimeoutError)
    builder = TypedStateGraph(State, input_schema=Asked).add_node(step, retry_policy=policy, timeout=0.05)
    assert (await builder.add_edge(START, "step").compile().ainvoke({"text": "x"}))["reply"] == "done"
    assert told == ["begins", "is over"] * 2


async def test_a_steps_own_time_out_is_told_as_it_is() -> None:
    async def step(state: Asked) -> Said:
        raise TimeoutError("the bank did not answer")

    builder = TypedStateGraph(State, input_schema=Asked).add_node(step, timeout=5).add_edge(START, "step")
    with pytest.raises(TimeoutError, match="the bank did not answer"):
        await builder.compile().ainvoke({"text": "x"})


def test_a_synchronous_call_is_told_what_to_do() -> None:
    graph = chain().compile(name="chain")
    with pytest.raises(UsageError, match="ainvoke"):
        graph.invoke({"text": "x"})
    with pytest.raises(UsageError, match="ainvoke"):
        next(graph.stream({"text": "x"}))


async def run_rows(resources: Resources) -> list[dict[str, Any]]:
    return [dict(row) for row in await resources.database.do(lambda tx: tx.execute("SELECT * FROM runs").fetchall())]


async def test_a_bare_call_gets_a_run_row(resources: Resources) -> None:
    await chain().compile(name="chain").ainvoke({"text": "one two"})
    (row,) = await run_rows(resources)
    assert (row["graph"], row["origin"], row["status"], row["budget_tokens"]) == ("chain", "library", "done", 100_000)
    assert row["thread_id"].startswith("lib-")


async def test_a_bare_call_that_fails_is_told_in_its_row(resources: Resources) -> None:
    with pytest.raises(ShapeError):
        await chain(first=wrong).compile().ainvoke({"text": "x"}, CONFIG)
    (row,) = await run_rows(resources)
    assert (row["thread_id"], row["status"]) == ("t1", "failed")
    assert row["error"].startswith("ShapeError: ")


async def test_a_graph_within_a_graph_is_no_run_of_its_own(resources: Resources) -> None:
    builder = TypedStateGraph(State, input_schema=Asked).add_node("inner", chain().compile()).add_edge(START, "inner")
    await builder.compile(name="outer").ainvoke({"text": "x"})
    assert [row["graph"] for row in await run_rows(resources)] == ["outer"]
    untyped = StateGraph(State).add_node("inner", chain().compile(name="adopted")).add_edge(START, "inner")
    await untyped.compile().ainvoke({"text": "x"})
    assert {row["graph"] for row in await run_rows(resources)} == {"outer", "adopted"}


async def test_a_graph_can_be_compiled_again_with_the_same_defaults() -> None:
    builder = chain().set_node_defaults(error_handler=dead_letter)
    builder.compile()
    assert (await builder.compile().ainvoke({"text": "x"}))["reply"] == "1 words"
