"""Report the result of one section of a message."""

from state.sectioning import ReportInput, ReportUpdate, SectionResult


async def report(state: ReportInput) -> ReportUpdate:
    """Return the section's result in a list of one; it has no draft where no policy was found, or one with a fault."""
    fault = _fault(state)
    result = SectionResult(
        number=state["number"],
        request=state["request"],
        route=state["route"],
        confidence=state["confidence"],
        draft=None if fault else state.get("draft"),
        fault=fault,
    )
    return {"sections": [result]}


def _fault(state: ReportInput) -> str | None:
    """Return why the section's draft may not be sent; None where it may, or where there is none."""
    review, answer = state.get("review"), state.get("answer")
    if review is not None and review.verdict == "escalate":
        return review.reason
    return answer.fault if answer is not None else None
