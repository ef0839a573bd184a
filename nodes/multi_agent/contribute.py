"""Contribute: hand a specialist's draft back to the supervisor, with its review."""

from desk.records import Review
from state.multi_agent import ContributeInput, ContributeUpdate, Contribution

NOTHING = Review(verdict="escalate", reason="no policy bears on it")


async def contribute(state: ContributeInput) -> ContributeUpdate:
    """Return the specialist's contribution; it has no draft where no policy was found."""
    contribution = Contribution(
        route=state["route"],
        confidence=state["confidence"],
        draft=state.get("draft"),
        review=state.get("review", NOTHING),
    )
    return {"contributions": [contribution]}
