"""What comes past the typed steps into a checkpoint: masked, and of the same kind."""

from collections import deque
from typing import Any, NamedTuple

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Interrupt, Send, interrupt
from typing_extensions import TypedDict

from baton.runtime.resources import open_resources
from baton.steps.typed_graph import TypedStateGraph
from baton.storage.masking import mask

CARD, KEY = "4111 1111 1111 1111", "gsk_canary0123456789"


class Pair(NamedTuple):
    name: str
    number: int


@pytest.mark.parametrize(
    "value,clean",
    [
        (f"pay {CARD}", "pay [card ending 1111]"),
        ({"a": [KEY, (1, CARD), {KEY}]}, {"a": ["[secret]", (1, "[card ending 1111]"), {"[secret]"}]}),
        (HumanMessage(f"my card {CARD}", id="m1"), HumanMessage("my card [card ending 1111]", id="m1")),
        (
            AIMessage("", tool_calls=[{"name": "pay", "args": {"card": CARD}, "id": "c1"}]),
            AIMessage("", tool_calls=[{"name": "pay", "args": {"card": "[card ending 1111]"}, "id": "c1"}]),
        ),
        (Interrupt(value={"why": KEY}, id="i1"), Interrupt(value={"why": "[secret]"}, id="i1")),
        (Send("pay", {"key": KEY}), Send("pay", {"key": "[secret]"})),
        (deque([KEY, "b"], maxlen=2), deque(["[secret]", "b"], maxlen=2)),
        (Pair(KEY, 1), Pair("[secret]", 1)),
    ],
)
def test_secrets_are_masked_in_values_of_every_kind(value: Any, clean: Any) -> None:
    assert mask(value) == clean
    assert type(mask(value)) is type(value)


@pytest.mark.parametrize("value", [{"a": [1, 4111111111111111, 0.5, None]}, "risk-based", HumanMessage("hello")])
def test_what_holds_no_secret_stays_the_same_object(value: Any) -> None:
    assert mask(value) is value


class State(TypedDict):
    text: str


async def test_an_update_a_question_and_a_reply_from_outside_are_masked_in_the_file(baton_home: Any) -> None:
    def asks(_: State) -> State:
        return {"text": interrupt(f"may I use {CARD}?")}

    async with open_resources() as resources:
        builder: Any = StateGraph(State)
        graph = builder.add_node("asks", asks).add_edge(START, "asks").compile(checkpointer=resources.checkpointer)
        config: Any = {"configurable": {"thread_id": "one"}}
        await graph.ainvoke({"text": KEY}, config)
        await graph.aupdate_state(config, {"text": f"no, {KEY}"}, as_node="__start__")
        await graph.ainvoke(Command(resume=f"yes, {CARD}"), config)
        assert (await graph.aget_state(config)).values == {"text": "yes, [card ending 1111]"}
        files = b"".join(each.read_bytes() for each in baton_home.rglob("*") if each.is_file())
    assert CARD.encode() not in files
    assert KEY.encode() not in files


class Said(TypedDict):
    said: str


async def test_what_passes_between_steps_and_nodes_of_langgraphs_is_masked_in_the_file(baton_home: Any) -> None:
    async def send(_: State) -> Command[Any]:
        return Command(goto=Send("foreign", {"text": KEY}))

    async def last(given: Said) -> State:
        return {"text": given["said"]}

    async with open_resources() as resources:
        builder: Any = TypedStateGraph(State)
        foreign: Any = RunnableLambda(lambda _: {"said": KEY})
        builder.add_node(send, destinations=("foreign",)).add_node("foreign", foreign).add_node(last)
        graph = builder.add_edge(START, "send").add_edge("foreign", "last").compile(resources.checkpointer)
        config: Any = {"configurable": {"thread_id": "one"}}
        assert (await graph.ainvoke({"text": "a"}, config))["text"] == "[secret]"
        blobs = await resources.database.do(
            lambda tx: tx.execute("SELECT checkpoint FROM checkpoints UNION ALL SELECT value FROM writes").fetchall()
        )
    assert [KEY.encode() in row[0] for row in blobs] == [False] * len(blobs)
