"""Contribute: hand a specialist's draft back to the supervisor, with its review."""

from desk.records import Review
from state.multi_agent import ContributeInput, ContributeUpdate, Contribution

NOTHING = Review(verdict="escalate", reason="no policy bears on it")


async def contribute(state: ContributeInput) -> ContributeUpdate:
    """Return the specialist's contribution; it has no draft where no policy was found."""
    review, answer = state.get("review", NOTHING), state.get("answer")
    if answer is not None and answer.fault:
        review = Review(verdict="escalate", reason=answer.fault)
    contribution = Contribution(
        route=state["route"],
        confidence=state["confidence"],
        draft=state.get("draft"),
        review=review,
    )
    return {"contributions": [contribution]}
