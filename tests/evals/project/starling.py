"""A graph that takes what the parrot takes, and hands all of it to a person.

START -> hand_over -> END
"""

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import TypedStateGraph


class Inquiry(TypedDict):
    """What goes in: `cards 0.9`."""

    message: str
    customer_id: str | None


class HandOver(TypedDict):
    """What comes out."""

    route: str
    confidence: float
    outcome: str
    citations: list[str]


async def hand_over(state: Inquiry) -> HandOver:
    """Say the route that the message names, and leave the rest to a person."""
    route, confidence, *_ = state["message"].split()
    return {"route": route, "confidence": float(confidence), "outcome": "escalated", "citations": []}


class State(Inquiry, HandOver, total=False):
    """All of it."""


graph = (
    TypedStateGraph(State, input_schema=Inquiry, output_schema=HandOver)
    .add_node(hand_over)
    .add_edge(START, "hand_over")
    .add_edge("hand_over", END)
    .compile(name="starling")
)
