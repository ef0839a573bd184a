"""Sectioning: split a message into its separate requests, work them at once, combine what came of them.

START -> split -> gate_sections --each request--> section -> combine -> END
          ^--back, once---|
section: START -> classify -> retrieve -> draft -> report; not for this desk, or no policy: -> report
no sound split, or no section with anything to say: -> classify -> escalate -> END
Page: docs/patterns/sectioning.md
"""

from typing import Literal

from langgraph.graph import END, START
from langgraph.types import Send

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter, dead_letter_branch
from desk.records import OTHER
from nodes.classify import classify
from nodes.draft import draft
from nodes.escalate import escalate
from nodes.retrieve import retrieve
from nodes.sectioning.combine import combine
from nodes.sectioning.gate_sections import gate_sections
from nodes.sectioning.report import report
from nodes.sectioning.split import split
from state.context import Context
from state.desk import DraftInput, Inquiry, Resolution, RoutedInput
from state.sectioning import CombineUpdate, FanOutInput, ReportUpdate, SectionInput, SectionState, State


def fan_out_requests(state: FanOutInput) -> list[Send] | Literal["split", "classify"]:
    """A section for each request that was admitted; back to be split better; or to a person."""
    if "review" in state:
        return "classify"
    if state["complaint"] is not None:
        return "split"
    who, requests = state["customer_id"], enumerate(state["admitted"], 1)
    return [Send("section", SectionInput(message=each, customer_id=who, number=n)) for n, each in requests]


def in_scope(state: RoutedInput) -> Literal["retrieve", "report"]:
    """What is not for this desk is only reported."""
    return "report" if state["route"] == OTHER else "retrieve"


def has_policy(state: DraftInput) -> Literal["draft", "report"]:
    """Nobody answers from nothing."""
    return "draft" if state["passages"] else "report"


def after_combine(state: CombineUpdate) -> Literal["classify", "__end__"]:
    """Where no section has anything to say, the message goes to a person as a whole."""
    return "classify" if "review" in state else "__end__"


section = TypedStateGraph(SectionState, Context, input_schema=SectionInput, output_schema=ReportUpdate)
section.set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
section.add_node(classify).add_node(retrieve).add_node(draft).add_node(report)
section.add_edge(START, "classify").add_conditional_edges("classify", in_scope)
section.add_conditional_edges("retrieve", has_policy).add_edge("draft", "report").add_edge("report", END)
one = section.compile(name="section")

builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(split)
    .add_node(gate_sections)
    .add_node("section", one, input_schema=SectionInput, error_handler=dead_letter_branch("combine"))
    .add_node(combine, defer=True)
    .add_node(classify)
    .add_node(escalate)
    .add_edge(START, "split")
    .add_edge("split", "gate_sections")
    .add_conditional_edges("gate_sections", fan_out_requests, ["section", "split", "classify"])
    .add_edge("section", "combine")
    .add_conditional_edges("combine", after_combine)
    .add_edge("classify", "escalate")
    .add_edge("escalate", END)
)

graph = builder.compile(name="sectioning")
