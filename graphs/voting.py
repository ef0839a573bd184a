"""Voting: several voters with different views answer one question, whether this is fraud; code counts.

START -> read_message -> classify -> convene -> vote x voters -> tally -> retrieve -> draft --not fraud------> check
                                             -> reconsider ---->                            --fraud-> secure ->
check -> check_answer -> reply -> END; no quorum, not for this desk, no policy, an unfit draft: -> escalate -> END

A voter that failed counts as not agreeing. While they vote, a message whose route is unsure is reconsidered.
Page: docs/patterns/voting.md
"""

from typing import Literal

from langgraph.graph import START
from langgraph.types import Send

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter, dead_letter_branch
from graphs.parts.ending import add_checked_ending
from nodes.classify import classify
from nodes.draft import draft
from nodes.read_message import read_message
from nodes.reconsider import reconsider
from nodes.retrieve import retrieve
from nodes.voting.convene import convene
from nodes.voting.secure import secure
from nodes.voting.tally import tally
from nodes.voting.vote import vote
from state.context import Context
from state.desk import DraftInput, Inquiry, Resolution
from state.voting import FraudInput, State, TalliedInput, VoteInput, VotersInput


def fan_out_to_voters(state: VotersInput) -> list[Send | str]:
    """A ballot for each view; an unsure route gets its second opinion meanwhile."""
    request, customer_id = state["request"], state["customer_id"]
    ballots = [VoteInput(request=request, customer_id=customer_id, view=view) for view in state["panel"]]
    return [*(Send("vote", ballot) for ballot in ballots), *([] if state["sure"] else ["reconsider"])]


def after_tally(state: TalliedInput) -> Literal["retrieve", "escalate"]:
    """What the voters or the tiers cannot agree on goes to a person."""
    return "escalate" if "review" in state else "retrieve"


def has_policy(state: DraftInput) -> Literal["draft", "escalate"]:
    """Nobody answers from nothing."""
    return "draft" if state["passages"] else "escalate"


def fraud(state: FraudInput) -> Literal["secure", "check"]:
    """A fraud is to be stopped."""
    return "secure" if state["tally"].fraud else "check"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(classify)
    .add_node(convene)
    .add_node(vote, error_handler=dead_letter_branch("tally"))
    .add_node(reconsider, error_handler=dead_letter_branch("tally"))
    .add_node(tally, defer=True)
    .add_node(retrieve)
    .add_node(draft)
    .add_node(secure)
    .add_edge(START, "read_message")
    .add_edge("read_message", "classify")
    .add_edge("classify", "convene")
    .add_conditional_edges("convene", fan_out_to_voters, ["vote", "reconsider"])
    .add_edge("vote", "tally")
    .add_edge("reconsider", "tally")
    .add_conditional_edges("tally", after_tally)
    .add_conditional_edges("retrieve", has_policy)
    .add_conditional_edges("draft", fraud)
    .add_edge("secure", "check")
)
add_checked_ending(builder)

graph = builder.compile(name="voting")
