"""Settling: see one proposed action through. A part of the desk, run once for each action of a message.

START -> check_action --act--------> confirm_wish --act--------> act -> settle -> END
                                                  --ask_person-> ask_person
                      --ask_person-> ask_person --act--------> act
                                                --ask_person-> ask_person   (an edit beyond the reviewer's limit)
anything else: -> settle
Page: docs/patterns/support_desk.md
"""

from collections.abc import Hashable

from langgraph.graph import END, START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from desk.records import Verdict
from nodes.support_desk.act import act
from nodes.support_desk.ask_person import ask_person
from nodes.support_desk.check_action import check_action
from nodes.support_desk.confirm_wish import confirm_wish
from nodes.support_desk.settle import settle
from state.context import Context
from state.desk import ReviewUpdate
from state.support_desk import SettleUpdate, SettlingInput, SettlingState


def verdict(state: ReviewUpdate) -> Verdict:
    """Only what is allowed is done; only what needs a person waits for one."""
    return state["review"].verdict


AFTER: dict[Hashable, str] = {
    "answer": "settle",
    "decline": "settle",
    "escalate": "settle",
    "act": "act",
    "ask_person": "ask_person",
}

CHECKED = {**AFTER, "act": "confirm_wish"}

builder = (
    TypedStateGraph(SettlingState, Context, input_schema=SettlingInput, output_schema=SettleUpdate)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(check_action)
    .add_node(confirm_wish)
    .add_node(ask_person)
    .add_node(act)
    .add_node(settle)
    .add_edge(START, "check_action")
    .add_conditional_edges("check_action", verdict, CHECKED)
    .add_conditional_edges("confirm_wish", verdict, {name: AFTER[name] for name in ("act", "ask_person")})
    .add_conditional_edges("ask_person", verdict, AFTER)
    .add_edge("act", "settle")
    .add_edge("settle", END)
)

graph = builder.compile(name="settling")
