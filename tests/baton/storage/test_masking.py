"""What comes past the typed steps into a checkpoint: masked, and of the same kind."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Interrupt, Send, interrupt
from typing_extensions import TypedDict

from baton.runtime.resources import open_resources
from baton.storage.masking import mask

CARD, KEY = "4111 1111 1111 1111", "gsk_canary0123456789"


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
