"""A small typed graph for the tests: count the words of a text, say how many."""

from dataclasses import dataclass
from typing import Any, Literal

from langgraph.graph import END, START
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from baton._langgraph import VISITS
from baton.records import Record
from baton.runtime.resources import Resources
from baton.steps.typed_graph import TypedStateGraph

CONFIG: Any = {"configurable": {"thread_id": "t1"}}


class Fact(Record):
    words: int
    words_twice: int | None = None


class Asked(TypedDict):
    text: str


class Counted(TypedDict):
    fact: Fact


class Said(TypedDict):
    reply: str


class State(Asked, total=False):
    fact: Fact
    reply: str


@dataclass
class Context:
    greeting: str = "hello"


async def count(state: Asked) -> Counted:
    return {"fact": Fact(words=len(state["text"].split()))}


async def say(state: Counted) -> Said:
    assert isinstance(state["fact"], Fact)
    return {"reply": f"{state['fact'].words} words"}


async def greet(state: Asked, runtime: Runtime[Context]) -> Said:
    return {"reply": runtime.context.greeting}


def length(state: Counted) -> Literal["say", "__end__"]:
    return "say" if state["fact"].words > 1 else "__end__"


def chain(kind: Any = TypedStateGraph, first: Any = count) -> Any:
    builder = kind(State, input_schema=Asked)
    builder.add_node("count", first).add_node("say", say)
    return builder.add_edge(START, "count").add_edge("count", "say").add_edge("say", END)


def only(step: Any, context: Any = None) -> Any:
    return TypedStateGraph(State, context, input_schema=Asked).add_node("step", step).add_edge(START, "step")


async def saved(resources: Resources) -> list[dict[str, Any]]:
    """The channel values of every checkpoint, newest first."""
    found = [each.checkpoint["channel_values"] async for each in resources.checkpointer.alist(CONFIG)]
    return [{name: value for name, value in each.items() if name != VISITS} for each in found]


async def spans(resources: Resources) -> list[tuple[str, str]]:
    rows = await resources.database.do(
        lambda tx: tx.execute("SELECT step, status FROM spans ORDER BY span_id").fetchall()
    )
    return [tuple(row) for row in rows]
