"""`graphs/chaining.py`, whose case is filed, once: after `reply` or `escalate` comes `file_case`."""

from typing import Any

from langgraph.graph import END, START
from langgraph.types import TimeoutPolicy

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
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


def build(timeout: TimeoutPolicy = STEP_TIMEOUT) -> Any:
    """Return the compiled graph."""
    return (
        TypedStateGraph(FilingState, Context, input_schema=Inquiry, output_schema=Resolution)
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
        .add_edge("reply", "file_case")
        .add_edge("escalate", "file_case")
        .add_edge("file_case", END)
        .compile(name="filed_chain")
    )
