"""Agent first: a tool loop for messages that a fixed route answers."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from benchmarks.failure_modes.offline import ask_plainly, billed
from desk.business import business, instructions, knowledge, policies
from evals.dataset import chosen, own_datasets, read
from evals.examples import Example
from graphs.routing import graph as route
from state.agent import Finish, Move, SearchPolicies, ToolResult

MESSAGES = 30
PROMPT = Path(__file__).parents[2] / "nodes" / "agent" / "decide_step.py"


class AgentState(TypedDict, total=False):
    """The message, every call with its result, the last move."""

    message: str
    seen: list[ToolResult]
    move: Move


async def think(state: AgentState) -> AgentState:
    """Ask for the next move."""
    seen = state.get("seen", [])
    found = list(dict.fromkeys(passage for each in seen for passage in each.passages))
    data = {
        "message": state["message"],
        "route": "",
        "customer_known": False,
        "actions": [],
        "steps_left": 99,
        "seen": [each.model_dump() for each in seen],
        "policies": await policies(found),
    }
    return {"move": await ask_plainly("desk", Move, instructions(str(PROMPT)), data)}


async def use_tool(state: AgentState) -> AgentState:
    """Search the policies of every route for the words of the call."""
    call, desk = state["move"].step, await knowledge()
    assert isinstance(call, SearchPolicies)
    passages = await desk.search(call.query, desk.guess(state["message"]).route, 4)
    return {"seen": [*state.get("seen", []), ToolResult(call=call, passages=passages, rows=[], refused=None)]}


def next_step(state: AgentState) -> Literal["use_tool", "__end__"]:
    """On until the model finishes or gives up."""
    return "use_tool" if isinstance(state["move"].step, SearchPolicies) else "__end__"


def build() -> Any:
    """Return the agent on plain LangGraph."""
    builder = StateGraph(AgentState).add_node("think", think).add_node("use_tool", use_tool)
    builder.add_edge(START, "think").add_conditional_edges("think", next_step).add_edge("use_tool", "think")
    return builder.compile()


async def without() -> list[str]:
    """Work the messages with the agent, and return what was seen."""
    return await work_all(build(), citations_of_agent)


async def with_fence() -> list[str]:
    """Work the same messages with the route, and return what was seen."""
    return await work_all(route, citations_of_route)


async def work_all(graph: Any, citations: Any) -> list[str]:
    """Work every message through a graph, and return its steps, calls, tokens and what became of the messages."""
    examples, ends, steps = sample(), Counter[str](), 0
    business().knowledge().load()
    with billed("desk") as bill:
        for example in examples:
            state: dict[str, Any] = {}
            given = {"message": example.inputs.message, "customer_id": None}
            async for update in graph.astream(given, stream_mode="updates"):
                steps += 1
                for written in update.values():
                    state |= written
            ends[_end(citations(state), example.expected.model_dump().get("citations") or [])] += 1
    count = len(examples)
    means = [
        f"{steps / count:.2f} steps",
        f"{bill.calls / count:.2f} model calls",
        f"{bill.tokens / count:,.0f} tokens",
    ]
    became = ", ".join(f"{ends[end]} {end}" for end in ENDS)
    return [
        f"{count} messages; for each {', '.join(means)}",
        f"{became}; {bill.tokens / max(ends[ENDS[0]], 1):,.0f} tokens for each right one",
    ]


ENDS = ("answered from the right policy", "answered from another", "handed to a person")


def _end(cited: Sequence[str] | None, expected: Sequence[str]) -> str:
    if cited is None:
        return ENDS[2]
    return ENDS[0] if set(cited) & set(expected) else ENDS[1]


def citations_of_agent(state: dict[str, Any]) -> list[str] | None:
    """Return what the agent cites; None where it gave up."""
    step = state["move"].step
    return step.draft.citations if isinstance(step, Finish) else None


def citations_of_route(state: dict[str, Any]) -> list[str] | None:
    """Return what the route cites; None where it escalates."""
    return state["citations"] if state["outcome"] == "answered" else None


def sample() -> list[Example]:
    """Return the first messages of the development half that a policy answers."""
    examples, _ = read(own_datasets() / "routing.jsonl")
    answered = [each for each in chosen(examples, "dev", None) if each.expected.model_dump().get("citations")]
    return answered[:MESSAGES]
