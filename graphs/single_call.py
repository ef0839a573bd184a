"""Single call: one prompt, one answer. The baseline that every pattern must beat.

START -> read_message -> answer_at_once -> END
Page: docs/patterns/single_call.md
"""

from langgraph.graph import END, START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from nodes.read_message import read_message
from nodes.single_call.answer_at_once import answer_at_once
from state.context import Context
from state.desk import Inquiry, Resolution
from state.single_call import State

builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(answer_at_once)
    .add_edge(START, "read_message")
    .add_edge("read_message", "answer_at_once")
    .add_edge("answer_at_once", END)
)

graph = builder.compile(name="single_call")
