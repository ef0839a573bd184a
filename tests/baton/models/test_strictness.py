"""What strict mode refuses in a record, told by the field; and when a graph is compiled."""

from typing import Any

import pytest
from langgraph.graph import START
from pydantic import BaseModel, Field, create_model
from typing_extensions import TypedDict

import baton
from baton import Record, TypedStateGraph, ask
from baton.errors import UsageError
from baton.models.strictness import strict_fault


class Inner(Record):
    """Sound but for one field."""

    sound: str
    loose: int = 1


@pytest.mark.parametrize(
    "kind, fault",
    [
        (dict[str, int], "a dict"),
        (list[dict[str, str]], "a dict"),
        (tuple[int, str] | None, "a tuple"),
        (set[str], "a set"),
        (frozenset[int], "a set"),
        (Any, "anything"),
        (list[Any], "anything"),
    ],
)
def test_a_field_of_an_open_kind_is_named(kind: Any, fault: str) -> None:
    shape = create_model("Shape", fine=(str, ...), field=(kind, ...))
    assert (strict_fault(shape) or "").startswith(f"Shape.field is {fault}".replace("is anything", "may be anything"))


@pytest.mark.parametrize("kind", [Inner, list[Inner], Inner | None])
def test_a_field_of_an_inner_record_is_named_with_its_record(kind: Any) -> None:
    assert (strict_fault(create_model("Shape", inner=(kind, ...))) or "").startswith("Inner.loose has a default")


class Tree(BaseModel):
    """A record inside itself."""

    title: str = Field(max_length=20)
    branches: list["Tree"]
    note: str | None


def test_what_strict_mode_takes_has_no_fault() -> None:
    assert strict_fault(Tree) is None


class State(TypedDict):
    text: str


class Update(TypedDict):
    text: str


async def direct(state: State) -> Update:
    return {"text": (await ask("cheap", Inner, "Say.", {**state})).sound}


async def by_module(state: State) -> Update:
    return {"text": (await baton.ask("cheap", shape=Inner, instructions="Say.", data={**state})).sound}


async def through_another(state: State) -> Update:
    return await direct(state)


@pytest.mark.parametrize("step", [direct, by_module, through_another])
def test_a_graph_whose_step_asks_for_such_a_record_does_not_compile(step: Any) -> None:
    builder = TypedStateGraph(State)
    builder.add_node("say", step)
    builder.add_edge(START, "say")
    with pytest.raises(UsageError, match=r"^say asks a model for Inner, .*: Inner\.loose has a default"):
        builder.compile(name="saying")


async def holds_one(state: State) -> Update:
    kept = Inner(sound=state["text"])
    return {"text": (await ask("cheap", Tree, "Say.", {**state})).title + kept.sound}


def test_a_record_that_a_step_only_uses_may_have_defaults() -> None:
    builder = TypedStateGraph(State)
    builder.add_node("say", holds_one)
    builder.add_edge(START, "say")
    builder.compile(name="saying")
