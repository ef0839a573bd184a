"""A specialist: answer what was handed over, from one route's policies. The part of multi_agent that runs in turns.

START -> retrieve -> draft -> check -> check_answer -> contribute -> END
no policy: -> contribute
Page: docs/patterns/multi_agent.md
"""

from typing import Literal

from langgraph.graph import END, START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from nodes.check import check
from nodes.check_answer import check_answer
from nodes.draft import draft
from nodes.multi_agent.contribute import contribute
from nodes.retrieve import retrieve
from state.context import Context
from state.desk import DraftInput, RoutedInput
from state.multi_agent import ContributeUpdate, SpecialistState


def has_policy(state: DraftInput) -> Literal["draft", "contribute"]:
    """A specialist without a policy has nothing to say."""
    return "draft" if state["passages"] else "contribute"


builder = (
    TypedStateGraph(SpecialistState, Context, input_schema=RoutedInput, output_schema=ContributeUpdate)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(retrieve)
    .add_node(draft)
    .add_node(check)
    .add_node(check_answer)
    .add_node(contribute)
    .add_edge(START, "retrieve")
    .add_conditional_edges("retrieve", has_policy)
    .add_edge("draft", "check")
    .add_edge("check", "check_answer")
    .add_edge("check_answer", "contribute")
    .add_edge("contribute", END)
)

specialist = builder.compile(name="specialist")
