"""Routing: find out what a message is about, answer it with that route's policies, or hand it to a person.

    START -> read_message -> classify --sure-------------------> retrieve -> draft -> check -> check_answer -> reply
                                      --unsure-> reconsider --sure-----> retrieve
                                                            --unsure---> escalate -> END
    No policy found, an unfit draft, or a request left open: -> escalate. An action is only proposed here.

A cascade by calibrated confidence: a trained classifier, then a cheap model, then a person.
Page: docs/patterns/routing.md
"""

from typing import Literal

from langgraph.graph import START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from desk.records import OTHER
from graphs.parts.ending import add_checked_ending
from nodes.classify import classify
from nodes.draft import draft
from nodes.read_message import read_message
from nodes.reconsider import reconsider
from nodes.retrieve import retrieve
from state.context import Context
from state.desk import DraftInput, Inquiry, Resolution, TierInput
from state.routing import State


def first_tier(state: TierInput) -> Literal["retrieve", "reconsider", "escalate"]:
    """Unsure messages go to the next tier; what is surely not for this desk goes to a person."""
    if not state["sure"]:
        return "reconsider"
    return "escalate" if state["route"] == OTHER else "retrieve"


def second_tier(state: TierInput) -> Literal["retrieve", "escalate"]:
    """After the last tier a person looks."""
    return "retrieve" if state["sure"] and state["route"] != OTHER else "escalate"


def has_policy(state: DraftInput) -> Literal["draft", "escalate"]:
    """Nobody answers from nothing."""
    return "draft" if state["passages"] else "escalate"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(classify)
    .add_node(reconsider)
    .add_node(retrieve)
    .add_node(draft)
    .add_edge(START, "read_message")
    .add_edge("read_message", "classify")
    .add_conditional_edges("classify", first_tier)
    .add_conditional_edges("reconsider", second_tier)
    .add_conditional_edges("retrieve", has_policy)
    .add_edge("draft", "check")
)
add_checked_ending(builder)

graph = builder.compile(name="routing")
