"""No cap: a draft is revised until a judge is content, and this judge never is."""

from collections.abc import Mapping
from typing import Any, Literal

from langgraph.errors import GraphRecursionError
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from baton import Record, TypedStateGraph, ask, dead_letter, within
from baton.offline.transport import Responder
from benchmarks.failure_modes.offline import Worked, ask_plainly, billed, offered, work

MODEL = "strict"
STOPPED_AFTER, ROUNDS, BUDGET = 100, 3, 4_000
WRITE, MARK = "Write a reply of one sentence.", "Is the reply good enough to be sent?"


class Reply(Record):
    """A reply."""

    text: str


class Mark(Record):
    """A judge's mark."""

    is_good: bool


STRICT: Mapping[str, Responder] = {
    "Reply": lambda _request: {"text": "Thank you for your message; a new card takes five working days."},
    "Mark": lambda _request: {"is_good": False},
}


class Given(TypedDict):
    """The input."""

    message: str


class Written(TypedDict):
    """Written by `write`."""

    reply: Reply


class Marked(TypedDict):
    """Written by `mark`."""

    is_good: bool


class State(Given, Written, Marked, total=False):
    """The whole state."""


async def write(state: Given) -> Written:
    """Write a reply, with LangChain's means."""
    return {"reply": await ask_plainly(MODEL, Reply, WRITE, {"message": state["message"]})}


async def mark(state: Written) -> Marked:
    """Mark the reply, with LangChain's means."""
    return {"is_good": (await ask_plainly(MODEL, Mark, MARK, {"reply": state["reply"].text})).is_good}


async def write_again(state: Given) -> Written:
    """Write a reply, a bounded number of times."""
    await within("rounds", ROUNDS)
    return {"reply": await ask("cheap", Reply, WRITE, {"message": state["message"]})}


async def write_on(state: Given) -> Written:
    """Write a reply, as long as the budget holds."""
    return {"reply": await ask("cheap", Reply, WRITE, {"message": state["message"]})}


async def mark_it(state: Written) -> Marked:
    """Mark the reply."""
    return {"is_good": (await ask("judge", Mark, MARK, {"reply": state["reply"].text})).is_good}


def after_mark(state: Marked) -> Literal["write", "__end__"]:
    """Again until it is good."""
    return "__end__" if state["is_good"] else "write"


def build(builder: Any, writing: Any, marking: Any) -> Any:
    """Return the loop of two steps."""
    builder.add_node("write", writing).add_node("mark", marking).add_edge(START, "write").add_edge("write", "mark")
    return builder.add_conditional_edges("mark", after_mark, {"write": "write", "__end__": END}).compile()


async def without() -> list[str]:
    """Work one message on plain LangGraph, stop it by hand, and return what was seen."""
    graph = build(StateGraph(State), write, mark)
    with offered(MODEL, STRICT), billed(MODEL) as bill:
        try:
            await graph.ainvoke({"message": "Where is my card?"}, {"recursion_limit": STOPPED_AFTER})
        except GraphRecursionError:
            end = f"stopped by us after {STOPPED_AFTER} steps; nothing came of it"
    return [f"{bill.calls} model calls, {bill.tokens:,} tokens; {end}"]


async def with_fence() -> list[str]:
    """Work the same message with a cap on the rounds, then with a budget alone, and return what was seen."""
    capped, budgeted = (
        build(TypedStateGraph(State, input_schema=Given).set_node_defaults(error_handler=dead_letter), each, mark_it)
        for each in (write_again, write_on)
    )
    seen = []
    with offered(MODEL, STRICT):
        for name, graph, budget in (("cap", capped, None), ("budget", budgeted, BUDGET)):
            with billed(MODEL) as bill:
                worked = await work(graph, {"message": "Where is my card?"}, budget)
            seen.append(f"{name}: {bill.calls} model calls, {bill.tokens:,} tokens; {_end(worked)}")
    return seen


def _end(worked: Worked) -> str:
    [letter] = worked.letters
    return f"{worked.run['status']} at {letter.step}: {letter.reason}"
