"""A graph that answers what its message tells it to: a route, a confidence, and perhaps a verb.

START -> classify -> settle -> END
"""

import asyncio
from pathlib import Path
from typing import Any

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import TypedStateGraph, dead_letter, request_approval

SLOW_S = 0.15


class Inquiry(TypedDict):
    """What goes in: `cards 0.9`, `cards 0.9 explode`, `cards 0.9 say It is free.`."""

    message: str
    customer_id: str | None


class Told(TypedDict):
    """The first half of the answer."""

    route: str
    confidence: float


class Routed(Inquiry, Told):
    """A message that was read."""


class Resolution(Told):
    """What comes out."""

    outcome: str
    reply: str
    citations: list[str]


class State(Inquiry, Resolution, total=False):
    """All of it."""


async def classify(state: Inquiry) -> Told:
    """Say the route and the confidence."""
    route, confidence, *_ = state["message"].split()
    return {"route": route, "confidence": float(confidence)}


async def settle(state: Routed) -> Resolution:
    """Do what the verb says; every run leaves a line."""
    verb = [*state["message"].split(), "answer"][2]
    if verb == "explode":
        raise ValueError("it exploded")
    if verb == "slow":
        await asyncio.sleep(SLOW_S)
    if verb == "refund":
        await request_approval("refund", {"amount": "30.00"}, description="refund GBP 30.00", check=_any)
    _noted(state["message"])
    outcome = "escalated" if verb == "escalate" else "answered"
    told: Told = {"route": state["route"], "confidence": state["confidence"]}
    reply = state["message"].partition(" say ")[2]
    return {**told, "outcome": outcome, "reply": reply, "citations": ["CARD-01"]}


async def _any(args: dict[str, Any]) -> dict[str, Any]:
    return args


def _noted(message: str) -> None:
    with Path("worked.log").open("a") as log:
        log.write(f"{message}\n")


graph = (
    TypedStateGraph(State, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(error_handler=dead_letter)
    .add_node(classify)
    .add_node(settle)
    .add_edge(START, "classify")
    .add_edge("classify", "settle")
    .add_edge("settle", END)
    .compile(name="parrot")
)
