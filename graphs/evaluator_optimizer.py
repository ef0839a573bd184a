"""Evaluator-optimizer: a draft is marked against numbered criteria and revised until it meets all or gains no more.

START -> classify -> retrieve -> draft -> evaluate --passed---> reply -> END
                                            |  ^   --below----> escalate -> END
                                            v  |   (no improvement, or the cap `revisions`)
                                           revise
    Not for this desk, or no policy found: -> escalate. The best draft is kept, not the last.
Page: docs/patterns/evaluator_optimizer.md
"""

from typing import Literal

from langgraph.graph import END, START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from desk.records import OTHER
from nodes.classify import classify
from nodes.draft import draft
from nodes.escalate import escalate
from nodes.evaluate import evaluate
from nodes.reply import reply
from nodes.retrieve import retrieve
from nodes.revise import revise
from state.context import Context
from state.desk import DraftInput, Inquiry, Resolution, RoutedInput
from state.evaluator_optimizer import EvaluateUpdate, State


def in_scope(state: RoutedInput) -> Literal["retrieve", "escalate"]:
    """What is not for this desk goes to a person."""
    return "escalate" if state["route"] == OTHER else "retrieve"


def has_policy(state: DraftInput) -> Literal["draft", "escalate"]:
    """Nobody answers from nothing."""
    return "draft" if state["passages"] else "escalate"


def after_evaluation(state: EvaluateUpdate) -> Literal["reply", "escalate", "revise"]:
    """The bar is every criterion; below it the loop goes on until a review ends it."""
    if not state["unmet"]:
        return "reply"
    return "escalate" if "review" in state else "revise"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(classify)
    .add_node(retrieve)
    .add_node(draft)
    .add_node(evaluate)
    .add_node(revise)
    .add_node(reply)
    .add_node(escalate)
    .add_edge(START, "classify")
    .add_conditional_edges("classify", in_scope)
    .add_conditional_edges("retrieve", has_policy)
    .add_edge("draft", "evaluate")
    .add_conditional_edges("evaluate", after_evaluation)
    .add_edge("revise", "evaluate")
    .add_edge("reply", END)
    .add_edge("escalate", END)
)

graph = builder.compile(name="evaluator_optimizer")
