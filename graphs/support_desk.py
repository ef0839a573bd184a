"""The desk: route a message, draft a reply from the policies, check it, ask a person before money moves, act once.

START -> classify -> [reconsider] -> retrieve -> draft -> check --answer, decline--> reply -> END
                                                                --act------> act --> reply
                                                                --ask_person-> ask_person --> act | reply
unsure, not for this desk, no policy found, or a draft that fails its checks: -> escalate -> END
"""

from collections.abc import Hashable

from langgraph.graph import END, START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, park
from graphs.routing import first_tier, grounded, second_tier
from nodes.act import act
from nodes.ask_person import ask_person
from nodes.check import check
from nodes.classify import classify
from nodes.draft import draft
from nodes.escalate import escalate
from nodes.reconsider import reconsider
from nodes.reply import reply
from nodes.retrieve import retrieve
from state.context import Context
from state.desk import Inquiry, Resolution
from state.support_desk import Reviewing, State, Verdict


def verdict(state: Reviewing) -> Verdict:
    """Only what is allowed is done; only what needs a person waits for one."""
    return state["review"].verdict


AFTER: dict[Hashable, str] = {
    "answer": "reply",
    "decline": "reply",
    "act": "act",
    "ask_person": "ask_person",
    "escalate": "escalate",
}

builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=park)
    .add_node(classify)
    .add_node(reconsider)
    .add_node(retrieve)
    .add_node(draft)
    .add_node(check)
    .add_node(ask_person)
    .add_node(act)
    .add_node(reply)
    .add_node(escalate)
    .add_edge(START, "classify")
    .add_conditional_edges("classify", first_tier)
    .add_conditional_edges("reconsider", second_tier)
    .add_conditional_edges("retrieve", grounded)
    .add_edge("draft", "check")
    .add_conditional_edges("check", verdict, AFTER)
    .add_conditional_edges("ask_person", verdict, AFTER)
    .add_edge("act", "reply")
    .add_edge("reply", END)
    .add_edge("escalate", END)
)

graph = builder.compile(name="support_desk")
