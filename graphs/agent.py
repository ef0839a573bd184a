"""Agent: a small fenced tool loop for questions that nobody enumerated.

START -> classify -> decide_step --tool----> use_tool -> decide_step
                                 --finish--> check --sound--> reply -> END
                                                   --unfit--> escalate -> END
                                 --gave up, or out of steps-> escalate
Surely not for this desk: -> escalate. The tools only read, and only the asking customer's own; an action is only
proposed.
Page: docs/patterns/agent.md
"""

from typing import Literal

from langgraph.graph import END, START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from desk.records import OTHER
from nodes.agent.decide_step import decide_step
from nodes.agent.use_tool import use_tool
from nodes.check import check
from nodes.classify import classify
from nodes.escalate import escalate
from nodes.reply import reply
from state.agent import DecideStepUpdate, State
from state.context import Context
from state.desk import Inquiry, Resolution, ReviewUpdate, TierInput


def worth_a_look(state: TierInput) -> Literal["decide_step", "escalate"]:
    """What is surely not for this desk goes to a person at once."""
    return "escalate" if state["sure"] and state["route"] == OTHER else "decide_step"


def after_decision(state: DecideStepUpdate) -> Literal["use_tool", "check", "escalate"]:
    """On with the tool, or to the checks with a draft; without either to a person."""
    if state["call"] is not None:
        return "use_tool"
    return "check" if "draft" in state else "escalate"


def sound(state: ReviewUpdate) -> Literal["reply", "escalate"]:
    """Nothing unfit is sent."""
    return "escalate" if state["review"].verdict == "escalate" else "reply"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(classify)
    .add_node(decide_step)
    .add_node(use_tool)
    .add_node(check)
    .add_node(reply)
    .add_node(escalate)
    .add_edge(START, "classify")
    .add_conditional_edges("classify", worth_a_look)
    .add_conditional_edges("decide_step", after_decision)
    .add_edge("use_tool", "decide_step")
    .add_conditional_edges("check", sound)
    .add_edge("reply", END)
    .add_edge("escalate", END)
)

graph = builder.compile(name="agent")
