"""What a step writes is what the next one reads, or it is refused in the step that made it: many kinds of values."""

from typing import Any

import pytest
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from baton.errors import ShapeError, UsageError
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources
from baton.steps.same import same
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.steps.values import VALUES

REFUSED = {
    "typed dict with more": "value.more is not declared",
    "zoned datetime": "write it in UTC, and the zone's name beside it",
    "str enum in str": "declare Word alone as its type, or write a str",
    "int enum in int": "declare Level alone as its type, or write a int",
    "str subclass": "declare Text alone as its type, or write a str",
    "named tuple in tuple": "declare Pair alone as its type, or write a tuple",
    "subclass in base": "value is a Dog and would be read as Animal",
    "subclass in list of base": "value.0 is a Dog and would be read as Animal",
    "union of models, the wider": "value is a Animal and would be read as Dog",
    "model with excluded": "value.kept_out",
    "model with private": "value._note",
    "dict for model": "write Animal(...)",
    "secret": "a checkpoint keeps none",
    "secret bytes": "a checkpoint keeps none",
    "secret in any": "a checkpoint keeps none",
    "stripped, with blanks": "would be read as 'a': write that",
    "tuple in any": "declare tuple alone as its type, or write a list",
    "model in any": "declare Animal alone as its type",
    "list or tuple": "declare tuple alone",
    "bytearray": "value is a bytearray that cannot be stored as it is",
    "message with a tuple": "value.0.artifact is a tuple and would be read as list",
    "custom": "keep it out of the state",
    "function": "keep it out of the state",
    "generator": "declare generator alone",
    "module": "keep it out of the state",
    "type": "keep it out of the state",
    "nan": "not finite",
    "huge int": "more than 64 bits",
}
"""Those that would not be the same, with the way out."""


async def read_after(builder: Any, hint: Any, value: Any, config: Any = None, checkpointer: Any = None) -> Any:
    """What a second step reads of what a first one wrote."""
    state: Any = TypedDict("state", {"go": int, "value": hint}, total=False)
    found: list[Any] = []

    async def write(_state: state) -> state:
        return {"value": value}

    async def read(given: state) -> state:
        found.append(given["value"])
        return {"go": 1}

    made = builder(state).add_node(write).add_node(read).add_edge(START, "write").add_edge("write", "read")
    graph = made.compile(checkpointer, interrupt_before=["read"] if checkpointer else None)
    await graph.ainvoke({"go": 0}, config)
    if checkpointer:
        await graph.ainvoke(None, config)  # from the disk
    return found[0]


@pytest.mark.parametrize("kind", [kind for kind in VALUES if kind not in REFUSED])
async def test_a_value_is_read_as_it_was_written_also_from_the_disk(resources: Resources, kind: str) -> None:
    hint, value = VALUES[kind]
    found = await read_after(TypedStateGraph, hint, value, {"configurable": {"thread_id": "t"}}, resources.checkpointer)
    assert same(found, value)


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_would_change_is_refused_by_name_with_the_way_out(resources: Resources, kind: str) -> None:
    hint, value = VALUES[kind]
    with pytest.raises(ShapeError) as caught:
        await read_after(TypedStateGraph, hint, value, {"configurable": {"thread_id": "t"}}, resources.checkpointer)
    assert str(caught.value).startswith("write cannot write state: ")
    assert REFUSED[kind] in str(caught.value)


def test_at_most_a_quarter_is_refused() -> None:
    assert REFUSED.keys() <= VALUES.keys()
    assert len(VALUES) >= 100
    assert len(REFUSED) <= len(VALUES) / 4


def test_what_is_alike_is_not_the_same() -> None:
    for one, other in (
        (1, 1.0),
        (1, True),
        ((1,), [1]),
        ({"a": 1}, {"a": 1.0}),
        ({1}, {1.0}),
        ([{"a": (1,)}], [{"a": [1]}]),
    ):
        assert not same(one, other)
        assert same(one, one)


async def test_a_value_that_holds_itself_is_refused(resources: Resources) -> None:
    looped: list[Any] = []
    looped.append(looped)
    with pytest.raises(ShapeError):
        await read_after(TypedStateGraph, Any, looped)


async def test_what_a_plain_graph_would_give_is_what_ours_gives() -> None:
    for kind in ("decimal in any", "int in float", "messages", "tuple", "set"):
        hint, value = VALUES[kind]
        assert same(await read_after(StateGraph, hint, value), await read_after(TypedStateGraph, hint, value))


@pytest.mark.parametrize("kind", ["bytes of any", "decimal in any", "set in any", "datetime or str, a datetime"])
async def test_a_queued_input_that_json_would_change_is_refused_by_name(resources: Resources, kind: str) -> None:
    hint: Any = VALUES[kind][0]
    state: Any = TypedDict("state", {"value": hint}, total=False)

    async def read(_given: state) -> state:
        return {}

    builder: Any = TypedStateGraph(state)
    graph = builder.add_node(read).add_edge(START, "read").compile(name="read")
    with pytest.raises(UsageError, match=r"read: value is a .* give it in a form of JSON's own"):
        await Runner(resources, {"read": graph}.__getitem__).queue("read", [Job({"value": VALUES[kind][1]})])


async def test_bytes_that_are_no_text_are_an_input_too(resources: Resources) -> None:
    state: Any = TypedDict("state", {"value": Any}, total=False)
    found: list[Any] = []

    async def read(given: state) -> state:
        found.append(given["value"])
        return {}

    builder: Any = TypedStateGraph(state)
    graph = builder.add_node(read).add_edge(START, "read").compile(resources.checkpointer)
    await graph.ainvoke({"value": b"\xff"}, {"configurable": {"thread_id": "t"}})
    assert found == [b"\xff"]
    rows = await resources.database.do(lambda tx: tx.execute("SELECT input, status FROM spans").fetchall())
    assert [tuple(row) for row in rows] == [('{"value":"_w=="}', "done")]
