"""Contribute: what a specialist drafted, with what the checks say of it."""

from desk.records import Review
from state.multi_agent import ContributeInput, ContributeUpdate, Contribution

NOTHING = Review(verdict="escalate", reason="no policy bears on it")


async def contribute(state: ContributeInput) -> ContributeUpdate:
    """The specialist's contribution; without a draft where no policy bears on what was handed over."""
    contribution = Contribution(
        route=state["route"],
        confidence=state["confidence"],
        draft=state.get("draft"),
        review=state.get("review", NOTHING),
    )
    return {"contributions": [contribution]}
