"""Reducers see the types that their keys declare, as in a plain graph; one that fails leaves a dead letter."""

import datetime as dt
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.graph import START, StateGraph, add_messages
from langgraph.types import Overwrite
from pydantic import BaseModel
from typing_extensions import TypedDict

from baton.errors import DeadLettered, ReducerFailed
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources
from baton.steps.same import same
from baton.steps.typed_graph import TypedStateGraph

Reduce = Callable[[Any, Any], Any]


class Item(BaseModel):
    id: str
    amount: Decimal = Decimal(0)


def larger(before: Any, now: Any) -> Any:
    return now if before is None else max(before, now)


def smaller(before: Any, now: Any) -> Any:
    return min(before, now)


def by_id(before: list[Item] | None, now: list[Item]) -> list[Item]:
    return list({each.id: each for each in [*(before or []), *now]}.values())


def merged(before: dict[Any, Any] | None, now: dict[Any, Any]) -> dict[Any, Any]:
    return {**(before or {}), **now}


def last(_before: Any, now: Any) -> Any:
    return now


SAID = AIMessage("x", id="1", usage_metadata={"input_tokens": 1, "output_tokens": 1, "total_tokens": 2})
REDUCERS: dict[str, tuple[Any, Reduce, Any, Any]] = {
    "list of texts": (list[str], operator.add, ["a"], ["b"]),
    "bare list": (list, operator.add, [Decimal(1)], [{1}]),
    "list of records": (list[Item], operator.add, [Item(id="a")], [Item(id="b", amount=Decimal("1.10"))]),
    "records by id": (list[Item], by_id, [Item(id="a"), Item(id="b")], [Item(id="a", amount=Decimal(2))]),
    "last record": (Item, last, Item(id="a"), Item(id="b")),
    "larger decimal": (Decimal, larger, Decimal("9.50"), Decimal("10.00")),
    "smaller decimal": (Decimal, smaller, Decimal("9.50"), Decimal("10.00")),
    "sum of decimals": (Decimal, operator.add, Decimal("9.50"), Decimal("0.50")),
    "sum of times": (dt.timedelta, operator.add, dt.timedelta(1), dt.timedelta(seconds=2)),
    "later date": (dt.date, larger, dt.date(2026, 1, 10), dt.date(2026, 1, 9)),
    "earlier moment": (
        dt.datetime,
        smaller,
        dt.datetime(2026, 1, 9, tzinfo=dt.UTC),
        dt.datetime(2026, 1, 10, tzinfo=dt.UTC),
    ),
    "sum": (int, operator.add, 1, 2),
    "sum of floats": (float, operator.add, 1, 0.5),
    "text": (str, operator.add, "a", "b"),
    "set": (set[int], operator.or_, {1}, {2}),
    "frozen set": (frozenset[str], operator.or_, frozenset("a"), frozenset("b")),
    "tuple": (tuple[int, ...], operator.add, (1,), (2,)),
    "merged numbers": (dict[str, int], merged, {"a": 1}, {"b": 2}),
    "merged dates": (dict[str, dt.date], merged, {"a": dt.date(2026, 1, 1)}, {"b": dt.date(2026, 1, 2)}),
    "merged by number": (dict[int, Item], merged, {1: Item(id="a")}, {2: Item(id="b")}),
    "conversation": (list[AnyMessage], add_messages, [SAID], [HumanMessage("y", id="2")]),
    "messages": (list[AnyMessage], operator.add, [SAID], [HumanMessage("y", id="2")]),
    "json of any kind": (Any, last, {"a": Decimal(1)}, [dt.date(2026, 1, 1)]),
}


def reduced_by(hint: Any, reduce: Reduce) -> Any:
    """`Annotated[hint, reduce]` of values, which a type checker takes for types."""
    return Annotated[hint, reduce]


def graph_of(builder: Any, hint: Any, one: Any, two: Any, found: list[Any]) -> Any:
    """Two steps at once write a key, a third reads it."""
    state: Any = TypedDict("state", {"go": int, "value": hint}, total=False)

    async def first(_state: state) -> state:
        return {"value": one}

    async def second(_state: state) -> state:
        return {"value": two}

    async def read(given: state) -> state:
        found.append(given["value"])
        return {"go": 1}

    made = builder(state).add_node(first).add_node(second).add_node(read)
    return made.add_edge(START, "first").add_edge(START, "second").add_edge(["first", "second"], "read")


@pytest.mark.parametrize("kind", REDUCERS)
async def test_a_reducer_gives_what_it_gives_in_a_plain_graph(resources: Resources, kind: str) -> None:
    declared, reduce, one, two = REDUCERS[kind]
    found: list[Any] = []
    annotated = reduced_by(declared, reduce)
    await graph_of(StateGraph, annotated, one, two, found).compile().ainvoke({"go": 0})
    ours = graph_of(TypedStateGraph, annotated, one, two, found).compile(resources.checkpointer)
    await ours.ainvoke({"go": 0}, {"configurable": {"thread_id": "t"}})
    assert same(*found), found


async def test_a_value_may_be_written_over(resources: Resources) -> None:
    found: list[Any] = []
    graph = graph_of(TypedStateGraph, Annotated[list[Item], by_id], Overwrite([Item(id="z")]), [], found)
    await graph.compile(resources.checkpointer).ainvoke({"go": 0}, {"configurable": {"thread_id": "t"}})
    assert found == [[Item(id="z")]]


FAULTY = {
    "numbers and texts": (dict[str, Any], operator.add, {"a": 1}, {"b": 2}),
    "of its own": (Decimal, lambda before, now: before / now, Decimal(1), Decimal(0)),
    "another type": (Item, lambda _before, _now: "no item", Item(id="a"), Item(id="b")),
}


@pytest.mark.parametrize("kind", FAULTY)
async def test_one_that_fails_is_a_dead_letter_that_names_the_key_and_the_steps(
    resources: Resources, kind: str
) -> None:
    hint, reduce, one, two = FAULTY[kind]
    found: list[Any] = []
    mended = False

    def reduced(before: Any, now: Any) -> Any:
        return now if mended else reduce(before, now)

    graph = graph_of(TypedStateGraph, reduced_by(hint, reduced), one, two, found).compile(name="faulty")
    runner = Runner(resources, {"faulty": graph}.__getitem__)
    [thread] = await runner.queue("faulty", [Job({"go": 0})])
    run = await runner.resume(thread)
    [letter_id] = run["dead_letters"]
    assert (run["status"], found) == ("dead_lettered", [])
    assert "the reducer of 'value', which first and second wrote, failed: " in str(run["error"])
    mended = True
    again = await runner.replay(letter_id)
    assert (again["status"], again["dead_letters"], found) == ("done", [], [two])


async def test_a_bare_call_is_told_too(resources: Resources) -> None:
    hint, reduce, one, two = FAULTY["of its own"]
    graph = graph_of(TypedStateGraph, reduced_by(hint, reduce), one, two, []).compile(resources.checkpointer)
    with pytest.raises(DeadLettered, match="which first and second wrote"):
        await graph.ainvoke({"go": 0}, {"configurable": {"thread_id": "t"}})
    with pytest.raises(ReducerFailed, match="the reducer of 'value' failed"):
        await graph_of(TypedStateGraph, reduced_by(hint, reduce), one, two, []).compile().ainvoke({"go": 0})
