"""Report the result of one section of a message."""

from state.sectioning import ReportInput, ReportUpdate, SectionResult


async def report(state: ReportInput) -> ReportUpdate:
    """Return the section's result in a list of one; it has no draft where no policy was found."""
    result = SectionResult(
        number=state["number"],
        request=state["message"],
        route=state["route"],
        confidence=state["confidence"],
        draft=state.get("draft"),
    )
    return {"sections": [result]}
