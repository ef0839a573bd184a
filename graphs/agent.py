"""Agent: a small fenced tool loop for questions that nobody enumerated.

START -> read_message -> classify -> decide_step --tool----> use_tool -> decide_step
                                                 --finish--> check -> check_answer -> reply -> END
                                                 --gave up, or out of steps-> escalate -> END
Not surely for this desk, an unfit draft, or a request left open: -> escalate. The tools only read, and only the asking
customer's own; an action is only proposed.
Page: docs/patterns/agent.md
"""

from typing import Literal

from langgraph.graph import START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from desk.records import OTHER
from graphs.parts.ending import add_checked_ending
from nodes.agent.decide_step import decide_step
from nodes.agent.use_tool import use_tool
from nodes.classify import classify
from nodes.read_message import read_message
from state.agent import DecideStepUpdate, State
from state.context import Context
from state.desk import Inquiry, Resolution, TierInput


def worth_a_look(state: TierInput) -> Literal["decide_step", "escalate"]:
    """What is not surely for this desk goes to a person at once."""
    return "decide_step" if state["sure"] and state["route"] != OTHER else "escalate"


def after_decision(state: DecideStepUpdate) -> Literal["use_tool", "check", "escalate"]:
    """On with the tool, or to the checks with a draft; without either to a person."""
    if state["call"] is not None:
        return "use_tool"
    return "check" if "draft" in state else "escalate"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(classify)
    .add_node(decide_step)
    .add_node(use_tool)
    .add_edge(START, "read_message")
    .add_edge("read_message", "classify")
    .add_conditional_edges("classify", worth_a_look)
    .add_conditional_edges("decide_step", after_decision)
    .add_edge("use_tool", "decide_step")
)
add_checked_ending(builder)

graph = builder.compile(name="agent")
