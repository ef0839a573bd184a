"""Gather: bring what any path came to into one form, the parts that the desk would send."""

from state.support_desk import GatherInput, GatherUpdate


async def gather(state: GatherInput) -> GatherUpdate:
    """One part for each section that was worked, or the one draft of another path; the best of a loop is that draft."""
    if sections := state.get("sections"):
        return {"parts": [each.draft for each in sections if each.draft], "best": None}
    if drafted := state.get("draft"):
        return {"parts": [drafted], "best": None}
    raise ValueError("there is nothing to send")
