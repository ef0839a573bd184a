"""Prompt chaining: small steps, and a gate of code between them.

START -> read_message -> classify -> extract -> gate_facts -> normalise -> gate_case -> retrieve -> summarise
-> gate_reply -> check_answer -> reply -> END; each gate sends back once, then the run is parked
not surely for this desk, no policy, or a request left open: -> escalate -> END
Page: docs/patterns/chaining.md
"""

from typing import Literal

from langgraph.graph import START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from baton.steps.gates import GateReport
from desk.records import OTHER
from graphs.parts.ending import add_ending
from nodes.chaining.extract import extract
from nodes.chaining.gate_case import gate_case
from nodes.chaining.gate_facts import gate_facts
from nodes.chaining.gate_reply import gate_reply
from nodes.chaining.normalise import normalise
from nodes.chaining.summarise import summarise
from nodes.classify import classify
from nodes.read_message import read_message
from nodes.retrieve import retrieve
from state.chaining import State
from state.context import Context
from state.desk import Inquiry, Resolution, RetrieveUpdate, TierInput


def in_scope(state: TierInput) -> Literal["extract", "escalate"]:
    """What is not surely for this desk goes to a person."""
    return "extract" if state["sure"] and state["route"] != OTHER else "escalate"


def has_policy(state: RetrieveUpdate) -> Literal["summarise", "escalate"]:
    """Without a policy there is nothing to answer from."""
    return "summarise" if state["passages"] else "escalate"


def after_gate(state: GateReport) -> Literal["on", "back"]:
    """On to the next link, or back to the last for its one repair."""
    return "on" if state["complaint"] is None else "back"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(classify)
    .add_node(extract)
    .add_node(gate_facts)
    .add_node(normalise)
    .add_node(gate_case)
    .add_node(retrieve)
    .add_node(summarise)
    .add_node(gate_reply)
    .add_edge(START, "read_message")
    .add_edge("read_message", "classify")
    .add_conditional_edges("classify", in_scope)
    .add_edge("extract", "gate_facts")
    .add_conditional_edges("gate_facts", after_gate, {"on": "normalise", "back": "extract"})
    .add_edge("normalise", "gate_case")
    .add_conditional_edges("gate_case", after_gate, {"on": "retrieve", "back": "normalise"})
    .add_conditional_edges("retrieve", has_policy)
    .add_edge("summarise", "gate_reply")
    .add_conditional_edges("gate_reply", after_gate, {"on": "check_answer", "back": "summarise"})
)
add_ending(builder)

graph = builder.compile(name="chaining")
