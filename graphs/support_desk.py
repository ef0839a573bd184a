"""The desk: the other patterns, composed. Only messages that need a long path take it.

START -> read_message -> find_requests --several-> sections (sectioning) -----------------------------------> gather
                                       --one-----> classify -> [reconsider] -> triage
triage --most----------> retrieve -> draft -----------------------------------------------------------------> gather
       --long----------> chain (chaining) ------------------------------------------------------------------> gather
       --perhaps fraud-> vote (voting) ---------------------------------------------------------------------> gather
       --a dispute-----> investigate (orchestrator_worker) -> evaluate <-> revise --------------------------> gather
gather -> six checks at once -> judge -> settling, once for each action -> conclude -> END  (graphs/desk/reviewing.py)
a doubt, a fault, no policy: -> escalate -> END; a path that ended with a person: -> pass_on -> END
Page: docs/patterns/support_desk.md
"""

from collections.abc import Hashable
from typing import Literal

from langgraph.graph import START

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from graphs.desk.paths import add_paths
from graphs.desk.reviewing import add_review
from graphs.evaluator_optimizer import after_evaluation
from graphs.routing import first_tier, has_policy, second_tier
from nodes.classify import classify
from nodes.draft import draft
from nodes.evaluate import evaluate
from nodes.read_message import read_message
from nodes.reconsider import reconsider
from nodes.retrieve import retrieve
from nodes.revise import revise
from nodes.support_desk.find_requests import find_requests
from nodes.support_desk.triage import triage
from state.context import Context
from state.desk import Inquiry, Resolution
from state.support_desk import FoundUpdate, Path, State, TriageUpdate


def several(state: FoundUpdate) -> Literal["sections", "classify"]:
    """Several requests are worked one by one."""
    return "sections" if state["several"] else "classify"


def path(state: TriageUpdate) -> Path:
    """As triage said."""
    return state["path"]


SURE: dict[Hashable, str] = {"retrieve": "triage", "escalate": "escalate"}
BAR: dict[Hashable, str] = {"passed": "gather", "escalate": "escalate", "revise": "revise"}

builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(find_requests)
    .add_node(classify)
    .add_node(reconsider)
    .add_node(triage)
    .add_node(retrieve)
    .add_node(draft)
    .add_node(evaluate)
    .add_node(revise)
    .add_edge(START, "read_message")
    .add_edge("read_message", "find_requests")
    .add_conditional_edges("find_requests", several)
    .add_conditional_edges("classify", first_tier, {**SURE, "reconsider": "reconsider"})
    .add_conditional_edges("reconsider", second_tier, SURE)
    .add_conditional_edges("triage", path)
    .add_conditional_edges("retrieve", has_policy)
    .add_edge("draft", "gather")
    .add_conditional_edges("evaluate", after_evaluation, BAR)
    .add_edge("revise", "evaluate")
)
add_paths(builder)
add_review(builder)

graph = builder.compile(name="support_desk")
