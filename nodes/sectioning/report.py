"""Report the result of one section of a message."""

from state.sectioning import ReportInput, ReportUpdate, SectionResult

UNSURE = "no tier was sure of a route"


async def report(state: ReportInput) -> ReportUpdate:
    """Return the section's result in a list of one; it has no draft where none may be sent, and says why as a fault."""
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
    """Return why the section has no draft that may be sent; None where it has, or where the route or a search tells."""
    if not state["sure"]:
        return UNSURE
    review, answer = state.get("review"), state.get("answer")
    if review is not None and review.verdict == "escalate":
        return review.reason
    return answer.fault if answer is not None else None
