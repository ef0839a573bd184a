"""The chain with an approval: a person answers before the case is filed, in another process, days later if need be."""

from typing import Any, Literal

from langgraph.graph import END, START
from langgraph.types import TimeoutPolicy
from typing_extensions import TypedDict

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter, request_approval
from benchmarks.conformance.receiver import FileInput
from benchmarks.with_baton.file_case import FilingState, file_case
from graphs.chaining import after_gate, has_policy, in_scope
from graphs.parts.ending import answered
from nodes.chaining.extract import extract
from nodes.chaining.gate_case import gate_case
from nodes.chaining.gate_facts import gate_facts
from nodes.chaining.gate_reply import gate_reply
from nodes.chaining.normalise import normalise
from nodes.chaining.summarise import summarise
from nodes.check_answer import check_answer
from nodes.classify import classify
from nodes.escalate import escalate
from nodes.read_message import read_message
from nodes.reply import reply
from nodes.retrieve import retrieve
from state.context import Context
from state.desk import Inquiry, Resolution


class Asked(TypedDict):
    """Written by `ask_person`."""

    approved: bool


class ApprovalState(FilingState, Asked, total=False):
    """The state of the chain with an approval."""


async def ask_person(state: FileInput) -> Asked:
    """Wait for a person's decision, and return whether it was to approve."""
    args = {"summary": state["reply"]}
    decision = await request_approval("file_case", args, description="file this case", check=unchanged)
    return {"approved": decision.type == "approve"}


async def unchanged(args: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments: what a person edits is filed as it is."""
    return args


def decided(state: Asked) -> Literal["file_case", "__end__"]:
    """As the person said."""
    return "file_case" if state["approved"] else "__end__"


def build(timeout: TimeoutPolicy = STEP_TIMEOUT) -> Any:
    """Return the compiled graph."""
    return (
        TypedStateGraph(ApprovalState, Context, input_schema=Inquiry, output_schema=Resolution)
        .set_node_defaults(retry_policy=MODEL_RETRY, timeout=timeout, error_handler=dead_letter)
        .add_node(read_message)
        .add_node(classify)
        .add_node(extract)
        .add_node(gate_facts)
        .add_node(normalise)
        .add_node(gate_case)
        .add_node(retrieve)
        .add_node(summarise)
        .add_node(gate_reply)
        .add_node(check_answer)
        .add_node(reply)
        .add_node(escalate)
        .add_node(ask_person)
        .add_node(file_case)
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
        .add_conditional_edges("check_answer", answered)
        .add_edge("reply", "ask_person")
        .add_edge("escalate", "ask_person")
        .add_conditional_edges("ask_person", decided)
        .add_edge("file_case", END)
        .compile(name="filed_chain")
    )
