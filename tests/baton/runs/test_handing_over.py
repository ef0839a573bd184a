"""A graph inside hands over to a node of the graph around it, by `Command(graph=Command.PARENT)`."""

import operator
from datetime import date
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import END, START, StateGraph, add_messages
from langgraph.types import Command, Overwrite, Send
from typing_extensions import TypedDict

from baton import Record, TypedStateGraph, dead_letter, effect
from baton.errors import DeadLettered
from tests.baton.shop import APPROVE, REJECT, Receiver, answer, asked, on, rows, shop, waiting

KEY = "sk-proj-" + "a1B2" * 12  # a secret, by its form
HOW = pytest.mark.parametrize("how", ["as a node", "by a step"])


class Ticket(Record):
    number: int
    due: date


TICKET = Ticket(number=7, due=date(2026, 1, 2))


class Inner(TypedDict, total=False):
    text: str


class Outer(TypedDict, total=False):
    text: str
    active: str
    ticket: Ticket
    due: date
    messages: Annotated[list[AnyMessage], add_messages]
    seen: Annotated[list[str], operator.add]


def leaving(update: dict[str, Any]) -> Any:
    async def leave(_: Inner) -> Command[Any]:
        return Command(graph=Command.PARENT, goto="last", update=update)

    return leave


def around(step: Any, last: Any, how: str, *, rounds: int = 1, kind: Any = TypedStateGraph) -> Any:
    """A graph around the one of that step, which is a node of it or called by one, and a node that comes after."""
    made: Any = kind(Inner)
    inner = made.add_node("step", step).add_edge(START, "step").compile()

    async def call(state: Outer) -> None:
        await inner.ainvoke({"text": state["text"]})

    def again(state: Outer) -> str:
        return "inner" if len(state["seen"]) < rounds else END

    builder: Any = TypedStateGraph(Outer).set_node_defaults(error_handler=dead_letter)
    builder.add_node("inner", inner if how == "as a node" else call, destinations=("last",)).add_node("last", last)
    return builder.add_edge(START, "inner").add_conditional_edges("last", again, ["inner", END])


async def look(state: Outer) -> Outer:
    """Ask, so that what was handed over is read from a checkpoint, then tell it."""
    await asked("Ann")
    told = {name: value for name, value in state.items() if name not in ("seen", "messages")}
    return {"seen": [f"{told} {[each.content for each in state['messages']]}"]}


@HOW
@pytest.mark.parametrize("kind", [TypedStateGraph, StateGraph])
async def test_a_key_that_only_the_graph_around_has_is_handed_over_in_its_type(how: str, kind: Any) -> None:
    update = {"text": "b", "active": KEY, "ticket": TICKET, "due": TICKET.due, "messages": [AIMessage("hello")]}
    async with shop(around(leaving(update), look, how, kind=kind)) as (graph, resources):
        await graph.ainvoke({"text": "a"}, on("t"))
        found = await resources.checkpointer.aget_tuple(on("t"))
        assert found is not None
        stored = found.checkpoint["channel_values"]
        assert (stored["ticket"], stored["active"]) == ({"number": 7, "due": "2026-01-02"}, "[secret]")
        ended = await graph.ainvoke(answer(APPROVE), on("t"))
        told = {"text": "b", "active": "[secret]", "ticket": TICKET, "due": TICKET.due}
        assert ended["seen"] == [f"{told} ['hello']"]


@HOW
async def test_pairs_and_what_is_sent_are_masked_too(how: str) -> None:
    async def leave(_: Inner) -> Command[Any]:
        pairs: Any = [("active", KEY), ("seen", ["one"]), ("seen", ["two"])]
        return Command(graph=Command.PARENT, goto=[Send("last", {"text": KEY, "seen": []})], update=pairs)

    async def last(state: Outer) -> Outer:
        await asked("Ann")
        return {"seen": [state["text"]]}

    async with shop(around(leave, last, how, rounds=0, kind=StateGraph)) as (graph, resources):
        await graph.ainvoke({"text": "a"}, on("t"))
        kept = [each async for each in resources.checkpointer.alist(on("t"))]
        assert KEY not in str(kept)
        ended = await graph.ainvoke(answer(APPROVE), on("t"))
        assert (ended["active"], ended["seen"]) == ("[secret]", ["one", "two", "[secret]"])


@HOW
async def test_what_the_reducer_is_to_pass_by_is_handed_over_too(how: str) -> None:
    async def last(state: Outer) -> Outer:
        return {"text": "done"}

    async with shop(around(leaving({"seen": Overwrite(["only"])}), last, how)) as (graph, _):
        assert (await graph.ainvoke({"text": "a", "seen": ["before"]}, on("t")))["seen"] == ["only"]


@HOW
async def test_what_cannot_be_stored_is_told_with_its_key(how: str) -> None:
    async with shop(around(leaving({"due": object()}), look, how)) as (graph, resources):
        with pytest.raises(DeadLettered, match="cannot write Outer: due"):
            await graph.ainvoke({"text": "a"}, on("t"))
        assert await rows(resources, "t") == [(1, "dead_lettered")]


@HOW
async def test_each_round_that_ends_by_a_hand_over_is_another_round(how: str) -> None:
    receiver = Receiver()

    async def pay(_: Inner) -> Command[Any]:
        await effect("pay", {"payee": "Ann"}, receiver.payment("Ann"))
        return Command(graph=Command.PARENT, goto="last")

    async def last(state: Outer) -> Outer:
        return {"seen": ["round"]}

    async with shop(around(pay, last, how, rounds=2)) as (graph, _):
        await graph.ainvoke({"text": "a"}, on("t"))
        assert [key.split(":")[3] for key in receiver.requests] == ["inner@1/step@1/pay", "inner@2/step@1/pay"]
        assert receiver.payees == ["Ann", "Ann"]


@HOW
async def test_an_answer_of_one_round_is_none_of_the_next(how: str) -> None:
    async def approve(_: Inner) -> Command[Any]:
        return Command(graph=Command.PARENT, goto="last", update={"active": (await asked("Ann")).type})

    async def last(state: Outer) -> Outer:
        return {"seen": [state["active"]]}

    async with shop(around(approve, last, how, rounds=2)) as (graph, resources):
        await graph.ainvoke({"text": "a"}, on("t"))
        await graph.ainvoke(answer(APPROVE), on("t"))
        assert await waiting(resources, "t") == ["pay Ann"]
        assert (await graph.ainvoke(answer(REJECT), on("t")))["seen"] == ["approve", "reject"]
