"""No observability: a reply is wrong, and nobody can say which step made it so."""

import json
import re
from typing import Any

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from baton import Record, TypedStateGraph, ask, dead_letter
from baton.offline.transport import Request
from benchmarks.failure_modes.offline import ask_plainly, offered, work

MODEL = "reader"
MESSAGE = "Cobalt Cycles charged me 1,204.50 twice on Monday."
READ = "Quote the amount that the customer names, letter for letter."


class Quote(Record):
    """An amount in the customer's words."""

    words: str


class Asked(TypedDict):
    """The input."""

    message: str


class Quoted(TypedDict):
    """Written by `read`."""

    words: str


class Converted(TypedDict):
    """Written by `convert`."""

    amount: str


class Replied(TypedDict):
    """Written by `reply`."""

    text: str


class State(Asked, Quoted, Converted, Replied, total=False):
    """The whole state."""


def quote(request: Request) -> Any:
    """Answer as a model would: with the first number of the message."""
    found = re.search(r"[0-9][0-9.,]*[0-9]", str(request.data["message"]))
    return {"words": found[0] if found else ""}


async def read(state: Asked) -> Quoted:
    """Quote the amount, with LangChain's means."""
    return {"words": (await ask_plainly(MODEL, Quote, READ, {"message": state["message"]})).words}


async def read_traced(state: Asked) -> Quoted:
    """Quote the amount."""
    return {"words": (await ask("cheap", Quote, READ, {"message": state["message"]})).words}


async def convert(state: Quoted) -> Converted:
    """Convert the words to a number; it takes a comma for the decimal point."""
    whole, _, rest = state["words"].partition(",")
    return {"amount": f"{whole}.{rest[:2] or '00'}"}


async def reply(state: Converted) -> Replied:
    """Word the reply."""
    return {"text": f"A payment of GBP {state['amount']} was taken twice; we look into it."}


def build(builder: Any, reading: Any) -> Any:
    """Return the chain of three steps."""
    builder.add_node("read", reading).add_node("convert", convert).add_node("reply", reply)
    builder.add_edge(START, "read").add_edge("read", "convert").add_edge("convert", "reply").add_edge("reply", END)
    return builder.compile()


async def without() -> list[str]:
    """Work the message on plain LangGraph, and return what is left of the run afterwards."""
    with offered(MODEL, {"Quote": quote}):
        graph = build(StateGraph(State, output_schema=Replied), read)
        output = await graph.ainvoke({"message": MESSAGE})
    return [f"asked: {MESSAGE}", f"answered: {output['text']}", "kept of its steps: nothing"]


async def with_fence() -> list[str]:
    """Work it where every step leaves a span, and return what is kept."""
    with offered(MODEL, {"Quote": quote}):
        builder = TypedStateGraph(State, input_schema=Asked, output_schema=Replied)
        worked = await work(
            build(builder.set_node_defaults(error_handler=dead_letter), read_traced), {"message": MESSAGE}
        )
    lines = [f"asked: {MESSAGE}", f"answered: {worked.run['output']['text']}"]
    for each in worked.steps:
        tokens = (each["input_tokens"] or 0) + (each["output_tokens"] or 0)
        lines.append(f"{each['step']}: wrote {json.dumps(each['output'])}, {tokens} tokens")
    return lines
