"""The forms of states, nodes and edges that LangGraph takes are taken, or refused before a run in a sentence."""

import operator
import typing
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import pytest
from langchain_core.runnables import RunnableLambda
from langgraph.graph import END, START
from langgraph.types import Command, Send
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from baton.errors import ShapeError
from baton.runtime.resources import Resources
from baton.steps.typed_graph import TypedStateGraph

CONFIG: Any = {"configurable": {"thread_id": "t"}}
KEY = "gsk_canary0123456789"


class Model(BaseModel):
    text: str
    number: int = 0
    log: Annotated[list[str], operator.add] = Field(default_factory=list)


@dataclass
class Data:
    text: str
    number: int = 0


class Old(typing.TypedDict, total=False):
    text: str
    number: int


class Total(TypedDict):
    text: str
    number: int


class Given(TypedDict):
    text: str


class Item(TypedDict):
    item: int


def build(state: Any, **options: Any) -> Any:
    """A builder of any form, which LangGraph's types do not all know."""
    return TypedStateGraph(state, **options)


@pytest.mark.parametrize("given", [{"text": "a"}, None])
@pytest.mark.parametrize("state", [Model, Data])
async def test_a_record_is_a_state(resources: Resources, state: Any, given: Any) -> None:
    async def first(found: state) -> dict[str, Any]:
        assert type(found) is state
        return {"number": found.number + 1}

    async def second(found: state) -> state:
        made = state(text=f"{found.text}!")
        made.number = found.number + 1
        return made

    builder = build(state).add_node(first).add_node(second).add_edge(START, "first").add_edge("first", "second")
    result = await builder.compile(resources.checkpointer).ainvoke(given or state(text="a"), CONFIG)
    assert (result["text"], result["number"]) == ("a!", 2)


async def test_a_typed_dict_of_the_standard_library_is_a_state_with_a_schema() -> None:
    async def step(found: Old) -> Old:
        return {"number": len(found)}

    graph = build(Old).add_node(step).add_edge(START, "step").compile()
    assert graph.get_input_jsonschema()["properties"].keys() == {"text", "number"}
    assert await graph.ainvoke({"text": "a"}) == {"text": "a", "number": 1}


async def test_types_may_be_local_to_a_function() -> None:
    class Local(TypedDict, total=False):
        text: str
        number: "Number"

    class Number(TypedDict):
        value: int

    async def step(found: "Local") -> "Local":
        return {"number": {"value": len(found)}}

    graph = build(Local).add_node(step).add_edge(START, "step").compile()
    assert await graph.ainvoke({"text": "a"}) == {"text": "a", "number": {"value": 1}}


async def test_whoever_names_the_whole_state_reads_what_is_there_and_writes_some_of_it() -> None:
    async def step(found: Total) -> Total:
        return {"number": len(found)}  # type: ignore[typeddict-item]

    graph = build(Total, input_schema=Given).add_node(step).add_edge(START, "step").compile()
    assert await graph.ainvoke({"text": "a"}) == {"text": "a", "number": 1}


class Node:
    async def __call__(self, found: Old) -> Old:
        return {"number": found.get("number", 0) + 1}

    async def method(self, found: Old) -> Old:
        return {"number": found.get("number", 0) + 10}


async def by(number: int, found: Old) -> Old:
    return {"number": found.get("number", 0) + number}


async def unsaid(found):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - nothing is said
    return {"number": found["number"] + 1000}


async def test_callables_are_nodes() -> None:
    builder = build(Old).add_node("object", Node()).add_node(Node().method).add_node("part", partial(by, 100))
    builder.add_node(unsaid).add_edge(START, "object").add_edge("object", "method").add_edge("method", "part")
    assert (await builder.add_edge("part", "unsaid").compile().ainvoke({"text": "a"}))["number"] == 1111


async def test_a_lambda_is_an_edge() -> None:
    builder = build(Old).add_node("one", partial(by, 1)).add_node("two", partial(by, 2)).add_edge(START, "one")
    builder.add_conditional_edges("one", lambda found: "two" if found["number"] == 1 else END)
    assert (await builder.compile().ainvoke({"text": "a"}))["number"] == 3


async def test_sends_and_commands_go_on_with_records(resources: Resources) -> None:
    async def split(found: Model) -> Command[Literal["work"]]:
        return Command(update={"number": found.number + 1}, goto=[Send("work", {"item": item}) for item in range(3)])

    async def work(given: Item) -> dict[str, Any]:
        return {"log": [str(given["item"])]}

    builder = build(Model).add_node(split).add_node(work).add_edge(START, "split")
    result = await builder.compile(resources.checkpointer).ainvoke({"text": "a"}, CONFIG)
    assert (result["number"], result["log"]) == (1, ["0", "1", "2"])


async def test_a_send_gives_a_node_of_langgraphs_what_it_was_given() -> None:
    async def split(found: Old) -> Command[Literal["tools"]]:
        return Command(goto=[Send("tools", [number]) for number in range(found.get("number", 0))])

    given: list[Any] = []
    builder = build(Old).add_node(split).add_node("tools", RunnableLambda(given.append)).add_edge(START, "split")
    await builder.compile().ainvoke({"number": 2})
    assert sorted(given) == [[0], [1]]


async def test_a_send_out_of_a_graph_inside_goes_to_a_node_of_the_one_around_it() -> None:
    async def leave(_: Given) -> Command[Any]:
        return Command(graph=Command.PARENT, goto=[Send("work", {"text": "a"}), Send("work", {"text": KEY})])

    async def work(found: Given) -> dict[str, Any]:
        return {"log": [found["text"]]}

    inner = build(Given).add_node(leave).add_edge(START, "leave").compile()
    builder = build(Model).add_node("inner", inner, destinations=("work",)).add_node(work).add_edge(START, "inner")
    assert (await builder.compile().ainvoke({"text": "b"}))["log"] == ["a", "[secret]"]


async def test_a_send_may_leave_out_what_the_whole_state_has() -> None:
    async def work(found: Total) -> Total:
        return {"text": f"{found['text']}!"}  # type: ignore[typeddict-item]

    builder = build(Total).add_node(work).add_conditional_edges(START, lambda _: [Send("work", {"text": "a"})])
    assert (await builder.compile().ainvoke({"number": 2}))["text"] == "a!"


async def test_a_key_that_only_two_steps_share_is_theirs() -> None:
    class Private(TypedDict):
        between: int

    async def first(_found: Old) -> Private:
        return {"between": 7}

    async def second(found: Private) -> Old:
        return {"number": found["between"]}

    builder = build(Old).add_node(first).add_node(second).add_edge(START, "first").add_edge("first", "second")
    assert (await builder.compile().ainvoke({"text": "a"}))["number"] == 7


def test_a_synchronous_step_is_refused_when_it_is_added() -> None:
    def step(found: Old) -> Old:
        return found

    with pytest.raises(TypeError, match="step is not an async function; timeouts need one: write `async def`"):
        build(Old).add_node(step)


@pytest.mark.parametrize("given", [{"text": 5}, {"number": 1}, {"text": "a", "more": 1}, ["a"], "a"])
async def test_an_input_that_does_not_fit_a_record_is_refused(given: Any) -> None:
    async def step(found: Model) -> dict[str, Any]:
        return {"number": found.number}

    graph = build(Model).add_node(step).add_edge(START, "step").compile()
    with pytest.raises(ShapeError):
        await graph.ainvoke(given)
