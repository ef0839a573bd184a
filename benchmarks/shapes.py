"""Five shapes of graph, each as bare LangGraph and with Baton, to measure what Baton costs."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from baton import MODEL_RETRY, STEP_TIMEOUT, Record, TypedStateGraph, dead_letter

Graph = Any
TEXT = "The refund for a payment by card has not come, and the customer asks when it will. " * 5
STEPS = {"chain of 3": 3, "fan-out of 5": 6, "20 workers": 22, "loop of 3": 3, "router of 4": 2}


class Note(Record):
    """A record of about 0.4 kB."""

    text: str
    number: int


class State(TypedDict, total=False):
    """The state of every shape."""

    note: Note
    parts: Annotated[list[Note], operator.add]
    rounds: int


class StepInput(TypedDict):
    """The input of a run and of its steps."""

    note: Note


class PartUpdate(TypedDict):
    """The update of a worker."""

    parts: list[Note]


class RoundUpdate(TypedDict):
    """The update of a loop's step."""

    note: Note
    rounds: int


class LoopInput(TypedDict, total=False):
    """The input of a loop's step."""

    note: Note
    rounds: int


class BareState(TypedDict, total=False):
    """The state of the shapes on bare LangGraph: plain dictionaries."""

    note: dict[str, Any]
    parts: Annotated[list[dict[str, Any]], operator.add]
    rounds: int


async def record_step(state: StepInput) -> StepInput:
    """Write a new record."""
    return {"note": Note(text=state["note"].text, number=state["note"].number + 1)}


async def record_worker(state: StepInput) -> PartUpdate:
    """Return the record as a part; a worker of a fan-out."""
    return {"parts": [state["note"]]}


async def record_round(state: LoopInput) -> RoundUpdate:
    """Count one round of a loop."""
    return {"note": state["note"], "rounds": state.get("rounds", 0) + 1}


async def dict_step(state: BareState) -> dict[str, Any]:
    """As record_step."""
    return {"note": {"text": state["note"]["text"], "number": state["note"]["number"] + 1}}


async def dict_worker(state: BareState) -> dict[str, Any]:
    """As record_worker."""
    return {"parts": [state["note"]]}


async def dict_round(state: BareState) -> dict[str, Any]:
    """As record_round."""
    return {"note": state["note"], "rounds": state.get("rounds", 0) + 1}


def again(state: LoopInput) -> Literal["round", "__end__"]:
    """Route to a further round until there were three."""
    return "round" if state.get("rounds", 0) < 3 else "__end__"


def one_of(state: StepInput) -> Literal["s0", "s1", "s2", "s3"]:
    """Route to one of four branches."""
    return ("s0", "s1", "s2", "s3")[state["note"].number % 4]


def bare_again(state: BareState) -> Literal["round", "__end__"]:
    """As again."""
    return "round" if state.get("rounds", 0) < 3 else "__end__"


def bare_one_of(state: BareState) -> Literal["s0", "s1", "s2", "s3"]:
    """As one_of."""
    return ("s0", "s1", "s2", "s3")[state["note"]["number"] % 4]


def fan_out(state: StepInput) -> list[Send]:
    """Send to twenty workers."""
    return [Send("worker", {"note": state["note"]}) for _ in range(20)]


def bare_fan_out(state: BareState) -> list[Send]:
    """As fan_out."""
    return [Send("worker", {"note": state["note"]}) for _ in range(20)]


@dataclass(frozen=True)
class Parts:
    """The builder, the nodes and the routers that the shapes are built of."""

    make: Callable[[], Graph]
    step: Any
    worker: Any
    rounds: Any
    again: Any
    choose: Any
    fan_out: Any


def build(parts: Parts) -> dict[str, Graph]:
    """Return the five shapes, compiled, by name."""
    builders = {
        "chain of 3": _chain(parts),
        "fan-out of 5": _fan(parts),
        "20 workers": _workers(parts),
        "loop of 3": _loop(parts),
        "router of 4": _router(parts),
    }
    return {name: builder.compile(name=name.replace(" ", "_")) for name, builder in builders.items()}


def _chain(parts: Parts) -> Graph:
    builder = parts.make().add_node("a", parts.step).add_node("b", parts.step).add_node("c", parts.step)
    return builder.add_edge(START, "a").add_edge("a", "b").add_edge("b", "c").add_edge("c", END)


def _fan(parts: Parts) -> Graph:
    builder = parts.make().add_node("join", parts.step)
    for name in ("w0", "w1", "w2", "w3", "w4"):
        builder.add_node(name, parts.worker).add_edge(START, name).add_edge(name, "join")
    return builder


def _workers(parts: Parts) -> Graph:
    builder = parts.make().add_node("plan", parts.step).add_node("worker", parts.worker)
    builder.add_node("join", parts.step, defer=True).add_edge(START, "plan").add_edge("worker", "join")
    return builder.add_conditional_edges("plan", parts.fan_out, ["worker"])


def _loop(parts: Parts) -> Graph:
    return (
        parts.make()
        .add_node("round", parts.rounds)
        .add_edge(START, "round")
        .add_conditional_edges("round", parts.again)
    )


def _router(parts: Parts) -> Graph:
    builder = parts.make().add_node("first", parts.step).add_edge(START, "first")
    for name in ("s0", "s1", "s2", "s3"):
        builder.add_node(name, parts.step)
    return builder.add_conditional_edges("first", parts.choose)


def build_bare(*, policies: bool = False) -> dict[str, Graph]:
    """Return the shapes on LangGraph alone; with `policies` its own retry and timeout."""

    def make() -> Graph:
        builder: Any = StateGraph(BareState)
        return builder.set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT) if policies else builder

    return build(Parts(make, dict_step, dict_worker, dict_round, bare_again, bare_one_of, bare_fan_out))


def build_typed(*, policies: bool = True) -> dict[str, Graph]:
    """Return the shapes with typed records, spans and run rows; `policies` adds retry, timeout and error handler."""
    options = {"retry_policy": MODEL_RETRY, "timeout": STEP_TIMEOUT, "error_handler": dead_letter}

    def make() -> Graph:
        builder: Any = TypedStateGraph(State, input_schema=StepInput)
        return builder.set_node_defaults(**options) if policies else builder

    return build(Parts(make, record_step, record_worker, record_round, again, one_of, fan_out))
