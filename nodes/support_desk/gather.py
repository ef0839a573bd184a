"""Gather: bring the result of any path into one form, the parts that the desk would send."""

from state.support_desk import GatherInput, GatherUpdate


async def gather(state: GatherInput) -> GatherUpdate:
    """Return one part for each section with a draft, or the single draft of another path.

    Raises:
        ValueError: the path left neither.
    """
    if sections := state.get("sections"):
        return {"parts": [each.draft for each in sections if each.draft], "best": None}
    if draft := state.get("draft"):
        return {"parts": [draft], "best": None}
    raise ValueError("there is nothing to send")
