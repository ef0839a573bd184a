"""Graphs that ask by LangGraph's own `interrupt()`, as strangers have them, and LangChain's middleware that does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph import START, StateGraph
from langgraph.types import Send, interrupt
from typing_extensions import TypedDict

from baton import Job, Runner, TypedStateGraph, dead_letter, effect, open_resources, request_approval
from tests.baton.payments import reach

OFFERS: list[Any] = [{"question": "how many?", "options": [1, 2]}, "are you sure?"]
CARD = "4111 1111 1111 1111"
ASKED: list[str] = []
"""Each time that the model of the agent was asked."""


class State(TypedDict, total=False):
    count: int
    note: str


async def choose(_: State) -> State:
    """Ask two questions, one after the other."""
    count = interrupt(OFFERS[0])
    await reach("given")
    return {"count": count, "note": repr(interrupt(OFFERS[1]))}


async def count_in_schema(_: State) -> State:
    return {"count": interrupt("how many?", response_schema=int)}


async def mixed(_: State) -> State:
    """Ask by both ways in one step."""
    count = interrupt("how many?")
    decision = await request_approval("pay", {"count": count}, description=f"pay {count}", check=same)
    return {"count": count, "note": f"{decision.type} {interrupt('are you sure?')}"}


async def same(args: dict[str, Any]) -> dict[str, Any]:
    return args


async def ask_one(state: State) -> State:
    return {"note": f"{state['count']} {interrupt(state['count'])}"}


def one_step(step: Any, kind: Any = StateGraph) -> Any:
    return kind(State).add_node("step", step).add_edge(START, "step").compile()


def inside(step: Any, kind: Any = StateGraph) -> Any:
    return one_step(one_step(step, kind), kind)


def at_once() -> Any:
    builder: Any = StateGraph(State).add_node("one", ask_one).add_node("two", both_done)
    builder.add_conditional_edges(START, lambda _: [Send("one", {"count": 1}), Send("two", {"count": 2})])
    return builder.compile()


async def both_done(state: State) -> State:
    interrupt(state["count"])
    return {}


def with_handler() -> Any:
    builder: Any = TypedStateGraph(State).set_node_defaults(error_handler=dead_letter)
    return builder.add_node("step", count_in_schema).add_edge(START, "step").compile()


class Payer(BaseChatModel):
    """A chat model that pays whom it is told to, in one answer, then tells what came of it."""

    payees: list[str]
    tool: str = "pay"

    @property
    def _llm_type(self) -> str:
        return "payer"

    def bind_tools(self, tools: Any, **_: Any) -> Any:  # noqa: ARG002 - it knows its tool
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        ASKED.append("model")
        done = [str(message.content) for message in messages if isinstance(message, ToolMessage)]
        calls = [
            {"name": self.tool, "args": {"payee": each, "amount": "5"}, "id": f"call-{each}"} for each in self.payees
        ]
        message = AIMessage("; ".join(done), tool_calls=[] if done else calls)
        return ChatResult(generations=[ChatGeneration(message=message)])


@tool
async def pay(payee: str, amount: str) -> str:
    """Pay somebody."""

    async def send(_: str) -> str:
        with Path("paid").open("a") as book:  # noqa: ASYNC230 - a line
            book.write(f"{payee} {amount}\n")
        return f"paid {payee} {amount}"

    receipt: str = await effect("pay", {"payee": payee, "amount": amount}, send)
    return receipt


def agent(*payees: str, allowed: Any = True) -> Any:
    """LangChain's agent with its human-in-the-loop middleware, as its documentation shows it."""
    middleware: Any = HumanInTheLoopMiddleware(interrupt_on={"pay": allowed})
    return create_agent(Payer(payees=[*payees]), [pay], middleware=[middleware])


GRAPHS: dict[str, Any] = {
    "plain": lambda: one_step(choose),
    "typed": lambda: one_step(choose, TypedStateGraph),
    "plain inside": lambda: inside(choose),
    "typed inside": lambda: inside(choose, TypedStateGraph),
    "schema": lambda: one_step(count_in_schema),
    "typed schema": lambda: one_step(count_in_schema, TypedStateGraph),
    "schema with a handler": with_handler,
    "mixed": lambda: one_step(mixed, TypedStateGraph),
    "at once": at_once,
    "agent": lambda: agent("Ann"),
    "agent of two": lambda: agent("Ann", "Bob"),
    "agent of few choices": lambda: agent("Ann", allowed={"allowed_decisions": ["approve", "reject"]}),
}


@asynccontextmanager
async def asking() -> AsyncIterator[Runner]:
    async with open_resources() as resources:
        made = {name: make() for name, make in GRAPHS.items()}
        yield Runner(resources, made.__getitem__)


async def begun(runner: Runner, name: str, **given: Any) -> Any:
    """The summary of a new run `t` of a graph that has gone as far as it goes."""
    words = {"messages": [{"role": "user", "content": "Pay them"}]} if "agent" in name else {"count": 0}
    await runner.queue(name, [Job(given or words, "t")])
    return await runner.resume("t")


def answer(value: Any) -> None:
    """In a process of its own: answer what the run waits for."""

    async def answering() -> None:
        async with asking() as runner:
            await runner.answer("t", value)

    asyncio.run(answering())
