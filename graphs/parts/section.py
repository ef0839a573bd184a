"""A section: work one request of a message by itself. The part of sectioning that runs once for each request.

START -> classify -> retrieve -> draft -> check -> check_answer -> report -> END
not surely for this desk, or no policy: -> report
Page: docs/patterns/sectioning.md
"""

from typing import Literal

from langgraph.graph import END, START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from desk.records import OTHER
from nodes.check import check
from nodes.check_answer import check_answer
from nodes.classify import classify
from nodes.draft import draft
from nodes.retrieve import retrieve
from nodes.sectioning.report import report
from state.context import Context
from state.desk import DraftInput, TierInput
from state.sectioning import ReportUpdate, SectionInput, SectionState


def in_scope(state: TierInput) -> Literal["retrieve", "report"]:
    """What is not surely for this desk is only reported."""
    return "retrieve" if state["sure"] and state["route"] != OTHER else "report"


def has_policy(state: DraftInput) -> Literal["draft", "report"]:
    """Nobody answers from nothing."""
    return "draft" if state["passages"] else "report"


builder = (
    TypedStateGraph(SectionState, Context, input_schema=SectionInput, output_schema=ReportUpdate)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(classify)
    .add_node(retrieve)
    .add_node(draft)
    .add_node(check)
    .add_node(check_answer)
    .add_node(report)
    .add_edge(START, "classify")
    .add_conditional_edges("classify", in_scope)
    .add_conditional_edges("retrieve", has_policy)
    .add_edge("draft", "check")
    .add_edge("check", "check_answer")
    .add_edge("check_answer", "report")
    .add_edge("report", END)
)

section = builder.compile(name="section")
