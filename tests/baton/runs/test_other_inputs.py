"""A request id names one input: the same one again is the same run, however it is written, and another is refused."""

from typing import Any
from uuid import uuid4

import pytest
from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage
from langgraph.graph import START
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from baton import TypedStateGraph, open_resources
from baton.errors import UsageError
from tests.baton.shop import Order, Receiver, line, on, paying, rows, shop

CARD = "4111 1111 1111 1111"
REQUEST: Any = {**on("t"), "metadata": {"run_id": "r1"}}


async def look(state: Order) -> Order:
    return {"payee": state.get("payee", "Ann")}


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize(
    "given, other",
    [
        ({"payee": "Ann"}, {"payee": "Bob"}),
        ({"payee": "Ann"}, {"payee": "Ann", "note": "at once"}),
        ({"payees": ["Ann"], "at": 1}, {"payees": ["Ann", "Bob"], "at": 1}),
        ({"messages": [HumanMessage("pay Ann")]}, {"messages": [HumanMessage("pay Bob")]}),
        ({"messages": "pay Ann"}, {"messages": [AIMessage("pay Ann")]}),
    ],
)
async def test_another_input_with_the_request_id_of_the_threads_run_is_refused(
    given: Any, other: Any, *, keeps: bool
) -> None:
    receiver = Receiver()
    async with shop(line(look, paying(receiver))) as (kept, resources):
        graph = kept if keeps else kept.copy({"checkpointer": None})
        first = await graph.ainvoke(given, REQUEST)
        with pytest.raises(UsageError, match="run 1 of t has this request id and another input; give this one an id"):
            await graph.ainvoke(other, REQUEST)
        assert (len(receiver.requests), await rows(resources, "t")) == (1, [(1, "done")])
        assert (await graph.ainvoke(given, REQUEST))["receipts"] == first["receipts"]


@pytest.mark.parametrize(
    "given, again",
    [
        ({"messages": [HumanMessage("hello", id="1")]}, {"messages": [{"role": "user", "content": "hello"}]}),
        ({"messages": [RemoveMessage("__remove_all__"), HumanMessage("a")]},) * 2,
        ({"payee": f"Ann, card {CARD}"}, {"payee": f"Ann, card {CARD}"}),
    ],
)
async def test_the_same_input_in_another_form_is_the_same_request(given: Any, again: Any) -> None:
    async with shop(line(look)) as (graph, resources):
        first = await graph.ainvoke(given, REQUEST)
        assert await graph.ainvoke(again, REQUEST) == first
        assert await rows(resources, "t") == [(1, "done")]


class Ticket(BaseModel):
    text: str
    ticket: str = Field(default_factory=lambda: uuid4().hex)


class Tickets(TypedDict, total=False):
    ticket: Ticket
    tags: set[str]


@pytest.mark.parametrize("state", [Ticket, Tickets])
async def test_what_comes_out_anew_each_time_tells_no_inputs_apart(state: Any) -> None:
    async def read(_: Any) -> None:
        return None

    async with open_resources() as resources:
        made: Any = TypedStateGraph(state)
        graph = (
            made.add_node("read", read)
            .add_edge(START, "read")
            .compile(checkpointer=resources.checkpointer, name="tickets")
        )
        for _ in range(2):
            given = Ticket(text="hello")
            await graph.ainvoke(given if state is Ticket else {"ticket": given, "tags": {"a", "b"}}, REQUEST)
        assert await rows(resources, "t") == [(1, "done")]
        if state is Ticket:
            with pytest.raises(UsageError, match="another input"):
                await graph.ainvoke({"text": "good-bye"}, REQUEST)
