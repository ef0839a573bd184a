"""Evaluator-optimizer: a draft is marked against numbered criteria and revised until it meets all or gains no more.

START -> read_message -> classify -> retrieve -> draft -> evaluate --passed---> check -> check_answer -> reply
                                                            |  ^   --below----> escalate -> END
                                                            v  |   (no improvement, or the cap `revisions`)
                                                           revise
    Not surely for this desk, no policy, or an unfit draft: -> escalate. The best draft is kept, not the last.
Page: docs/patterns/evaluator_optimizer.md
"""

from typing import Literal

from langgraph.graph import START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from desk.records import OTHER
from graphs.parts.ending import add_checked_ending
from nodes.classify import classify
from nodes.draft import draft
from nodes.evaluate import evaluate
from nodes.read_message import read_message
from nodes.retrieve import retrieve
from nodes.revise import revise
from state.context import Context
from state.desk import DraftInput, Inquiry, Resolution, TierInput
from state.evaluator_optimizer import EvaluateUpdate, State


def in_scope(state: TierInput) -> Literal["retrieve", "escalate"]:
    """What is not surely for this desk goes to a person."""
    return "retrieve" if state["sure"] and state["route"] != OTHER else "escalate"


def has_policy(state: DraftInput) -> Literal["draft", "escalate"]:
    """Nobody answers from nothing."""
    return "draft" if state["passages"] else "escalate"


def after_evaluation(state: EvaluateUpdate) -> Literal["passed", "escalate", "revise"]:
    """The bar is every criterion; below it the loop goes on until a review ends it."""
    if not state["unmet"]:
        return "passed"
    return "escalate" if "review" in state else "revise"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(classify)
    .add_node(retrieve)
    .add_node(draft)
    .add_node(evaluate)
    .add_node(revise)
    .add_edge(START, "read_message")
    .add_edge("read_message", "classify")
    .add_conditional_edges("classify", in_scope)
    .add_conditional_edges("retrieve", has_policy)
    .add_edge("draft", "evaluate")
    .add_conditional_edges(
        "evaluate", after_evaluation, {"passed": "check", "escalate": "escalate", "revise": "revise"}
    )
    .add_edge("revise", "evaluate")
)
add_checked_ending(builder)

graph = builder.compile(name="evaluator_optimizer")
