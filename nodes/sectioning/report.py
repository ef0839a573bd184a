"""Report what became of one section of a message."""

from state.sectioning import ReportInput, ReportUpdate, SectionResult


async def report(state: ReportInput) -> ReportUpdate:
    """The section's result; without a draft where nothing could be drafted."""
    result = SectionResult(
        number=state["number"],
        request=state["message"],
        route=state["route"],
        confidence=state["confidence"],
        draft=state.get("draft"),
    )
    return {"sections": [result]}
