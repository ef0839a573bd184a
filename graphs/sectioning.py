"""Sectioning: split a message into its separate requests, work them at once, combine what came of them.

START -> read_message -> split -> gate_sections --each request--> section -> combine -> END
                          ^--back, once---|
section: graphs/parts/section.py
no sound split, or no section with anything to say: -> classify -> escalate -> END
Page: docs/patterns/sectioning.md
"""

from typing import Literal

from langgraph.graph import END, START
from langgraph.types import Send

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter, dead_letter_branch
from graphs.parts.section import section
from nodes.classify import classify
from nodes.escalate import escalate
from nodes.read_message import read_message
from nodes.sectioning.combine import combine
from nodes.sectioning.gate_sections import gate_sections
from nodes.sectioning.split import split
from state.context import Context
from state.desk import Inquiry, Resolution
from state.sectioning import CombineUpdate, FanOutInput, SectionInput, State


def fan_out_requests(state: FanOutInput) -> list[Send] | Literal["split", "classify"]:
    """A section for each request that was admitted; back to be split better; or to a person."""
    if "review" in state:
        return "classify"
    if state["complaint"] is not None:
        return "split"
    who, requests = state["customer_id"], enumerate(state["admitted"], 1)
    return [
        Send("section", SectionInput(message=each, request=each, customer_id=who, number=n)) for n, each in requests
    ]


def after_combine(state: CombineUpdate) -> Literal["classify", "__end__"]:
    """Where no section has anything to say, the message goes to a person as a whole."""
    return "classify" if "review" in state else "__end__"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(split)
    .add_node(gate_sections)
    .add_node("section", section, input_schema=SectionInput, error_handler=dead_letter_branch("combine"))
    .add_node(combine, defer=True)
    .add_node(classify)
    .add_node(escalate)
    .add_edge(START, "read_message")
    .add_edge("read_message", "split")
    .add_edge("split", "gate_sections")
    .add_conditional_edges("gate_sections", fan_out_requests, ["section", "split", "classify"])
    .add_edge("section", "combine")
    .add_conditional_edges("combine", after_combine)
    .add_edge("classify", "escalate")
    .add_edge("escalate", END)
)

graph = builder.compile(name="sectioning")
