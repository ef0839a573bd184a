"""Multi-agent: a supervisor hands a message over among specialists until all that was asked has its answer.

START -> classify -> supervise --specialist--> specialist -> supervise
                               --finish------> sum_up -> END
                               --person------> escalate -> END
specialist: START -> retrieve -> draft -> check -> contribute; no policy found: retrieve -> contribute
Beyond the cap of hand-overs, or handed back with nothing new: -> escalate. Actions are only proposed.
Page: docs/patterns/multi_agent.md
"""

from typing import Literal

from langgraph.graph import END, START
from langgraph.types import Send

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter
from nodes.check import check
from nodes.classify import classify
from nodes.draft import draft
from nodes.escalate import escalate
from nodes.multi_agent.contribute import contribute
from nodes.multi_agent.sum_up import sum_up
from nodes.multi_agent.supervise import supervise
from nodes.retrieve import retrieve
from state.context import Context
from state.desk import DraftInput, Inquiry, Resolution, RoutedInput
from state.multi_agent import FINISH, PERSON, ContributeUpdate, HandOverInput, SpecialistState, State


def hand_over(state: HandOverInput) -> Send | Literal["sum_up", "escalate"]:
    """To the specialist whose route the message has now, with what is theirs of it; or to one of the two ends."""
    if state["to"] in ENDS:
        return ENDS[state["to"]]
    order = RoutedInput(
        message=" ".join(state["parts"]),
        customer_id=state["customer_id"],
        route=state["route"],
        confidence=state["confidence"],
    )
    return Send("specialist", order)


def has_policy(state: DraftInput) -> Literal["draft", "contribute"]:
    """A specialist without a policy has nothing to say."""
    return "draft" if state["passages"] else "contribute"


ENDS: dict[str, Literal["sum_up", "escalate"]] = {FINISH: "sum_up", PERSON: "escalate"}

specialist = (
    TypedStateGraph(SpecialistState, Context, input_schema=RoutedInput, output_schema=ContributeUpdate)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(retrieve)
    .add_node(draft)
    .add_node(check)
    .add_node(contribute)
    .add_edge(START, "retrieve")
    .add_conditional_edges("retrieve", has_policy)
    .add_edge("draft", "check")
    .add_edge("check", "contribute")
    .add_edge("contribute", END)
)

builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(classify)
    .add_node(supervise)
    .add_node("specialist", specialist.compile(name="specialist"), input_schema=RoutedInput)
    .add_node(sum_up)
    .add_node(escalate)
    .add_edge(START, "classify")
    .add_edge("classify", "supervise")
    .add_conditional_edges("supervise", hand_over, ["specialist", "sum_up", "escalate"])
    .add_edge("specialist", "supervise")
    .add_edge("sum_up", END)
    .add_edge("escalate", END)
)

graph = builder.compile(name="multi_agent")
