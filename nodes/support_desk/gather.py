"""Gather: bring the result of any path into one form, the parts that the desk would send."""

from state.support_desk import GatherInput, GatherUpdate


async def gather(state: GatherInput) -> GatherUpdate:
    """Return one part for each section with a draft, or the single draft of another path, with what it answers.

    Raises:
        ValueError: the path left neither.
    """
    if sections := state.get("sections"):
        answers = [(each.draft, each.request) for each in sections if each.draft]
        return {"parts": [part for part, _ in answers], "asked": [request for _, request in answers], "best": None}
    if draft := state.get("draft"):
        return {"parts": [draft], "asked": [state["request"]], "best": None}
    raise ValueError("there is nothing to send")
