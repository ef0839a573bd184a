"""Multi-agent: a supervisor hands a message over among specialists until all that was asked has its answer.

START -> read_message -> classify -> supervise --specialist--> specialist -> supervise
                                               --finish------> sum_up -> END
                                               --person------> escalate -> END
specialist: graphs/parts/specialist.py
Beyond the cap of hand-overs, or handed back with nothing new: -> escalate. Actions are only proposed.
Page: docs/patterns/multi_agent.md
"""

from typing import Literal

from langgraph.graph import END, START
from langgraph.types import Send

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from graphs.parts.specialist import specialist
from nodes.classify import classify
from nodes.escalate import escalate
from nodes.multi_agent.sum_up import sum_up
from nodes.multi_agent.supervise import supervise
from nodes.read_message import read_message
from state.context import Context
from state.desk import Inquiry, Resolution, RoutedInput
from state.multi_agent import FINISH, PERSON, HandOverInput, State


def hand_over(state: HandOverInput) -> Send | Literal["sum_up", "escalate"]:
    """To the specialist whose route the message has now, with what is theirs of it; or to one of the two ends."""
    if state["to"] in ENDS:
        return ENDS[state["to"]]
    order = RoutedInput(
        message=(part := " ".join(state["parts"])),
        request=part,
        customer_id=state["customer_id"],
        route=state["route"],
        confidence=state["confidence"],
    )
    return Send("specialist", order)


ENDS: dict[str, Literal["sum_up", "escalate"]] = {FINISH: "sum_up", PERSON: "escalate"}

builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(classify)
    .add_node(supervise)
    .add_node("specialist", specialist, input_schema=RoutedInput)
    .add_node(sum_up)
    .add_node(escalate)
    .add_edge(START, "read_message")
    .add_edge("read_message", "classify")
    .add_edge("classify", "supervise")
    .add_conditional_edges("supervise", hand_over, ["specialist", "sum_up", "escalate"])
    .add_edge("specialist", "supervise")
    .add_edge("sum_up", END)
    .add_edge("escalate", END)
)

graph = builder.compile(name="multi_agent")
