"""Escalate: hand a message to a person, with the reason and the best that was made of it."""

from typing import NotRequired

from desk.business import business
from desk.records import OTHER, Review
from state.desk import Draft, ResolutionUpdate, RoutedInput, proposed


class EscalateInput(RoutedInput):
    """A routed message that the desk cannot settle by itself.

    `best` is a draft worth a person's reading, `finding` what was settled before.
    """

    passages: NotRequired[list[str]]
    review: NotRequired[Review]
    best: NotRequired[Draft | None]
    finding: NotRequired[str]


async def escalate(state: EscalateInput) -> ResolutionUpdate:
    """A resolution that says who looks now, and why."""
    best, found = state.get("best"), state.get("finding")
    parts = [found, _reason(state), best and f'the best draft: "{best.reply}"']
    return {
        "outcome": "escalated",
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": business().wording.holding,
        "citations": best.citations if best else [],
        "actions": proposed(best),
        "reason": "; ".join(part for part in parts if part),
        "has_result": False,
    }


def _reason(state: EscalateInput) -> str:
    review, best = state.get("review"), f"{state['route']}, {state['confidence']:.2f}"
    if review is not None:
        return review.reason
    if state.get("passages") == []:
        return f"no policy bears on it ({best})"
    if state["route"] == OTHER:
        return f"not for this desk ({best})"
    return f"no tier was sure of a route (best: {best})"
