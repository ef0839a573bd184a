"""Escalate: hand a message to a person, with the reason."""

from typing import NotRequired

from bank.routes import OTHER
from state.desk import Resolution, Routed
from state.support_desk import Review

TOLD = "Thank you for your message. A colleague will read it and answer you."


class Unsettled(Routed):
    """A routed message that the desk cannot settle by itself."""

    passages: NotRequired[list[str]]
    review: NotRequired[Review]


async def escalate(state: Unsettled) -> Resolution:
    """A resolution that says who looks now, and why."""
    return {
        "outcome": "escalated",
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": TOLD,
        "citations": [],
        "actions": [],
        "reason": _reason(state),
    }


def _reason(state: Unsettled) -> str:
    review, best = state.get("review"), f"{state['route']}, {state['confidence']:.2f}"
    if review is not None:
        return review.reason
    if state.get("passages") == []:
        return f"no policy bears on it ({best})"
    if state["route"] == OTHER:
        return f"not for this desk ({best})"
    return f"no tier was sure of a route (best: {best})"
