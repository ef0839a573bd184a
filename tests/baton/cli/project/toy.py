"""A graph that does what its message says: refund asks a person, explode is parked, slow takes its time, urgent marks.

START -> work -> END
"""

import asyncio
from typing import Any, Literal

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import Record, TypedStateGraph, dead_letter, mark_urgent, request_approval
from baton.errors import BadDecision

SLOW_S = 0.4


class Context(Record):
    """What `--set` may change."""

    tone: Literal["plain", "warm"] = "plain"


class Inquiry(TypedDict):
    """What goes in."""

    message: str
    customer_id: str | None


class Resolution(TypedDict):
    """What comes out."""

    outcome: str
    route: str
    reply: str


class State(Inquiry, Resolution, total=False):
    """All of it."""


async def work(state: Inquiry) -> Resolution:
    """Obey the message."""
    message = state["message"].removeprefix("urgent ")
    if message != state["message"]:
        await mark_urgent("a fraud is going on")
    if message == "slow":
        await asyncio.sleep(SLOW_S)
    if message == "explode":
        raise ValueError("it exploded")
    if message != "refund":
        return {"outcome": "answered", "route": "cards", "reply": f"You said: {message}"}
    amount = {"amount": "30.00"}
    decision = await request_approval("refund", amount, description="refund GBP 30.00", check=_small)
    done = decision.type in ("approve", "edit")
    told = f"refunded {decision.args['amount']}" if done else f"not refunded: {decision.message}"
    return {"outcome": "acted" if done else "declined", "route": "disputes", "reply": told}


async def _small(args: dict[str, Any]) -> dict[str, Any]:
    if args["amount"] == "99999.00":
        raise BadDecision("the edit cannot stand: too much")
    return args


graph = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(error_handler=dead_letter)
    .add_node(work)
    .add_edge(START, "work")
    .add_edge("work", END)
    .compile(name="toy")
)
