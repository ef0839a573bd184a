"""Pass on: end with the resolution of a path that left the message to a person."""

from state.desk import ResolutionFields
from state.support_desk import PassOnInput


async def pass_on(state: PassOnInput) -> ResolutionFields:
    """Return the path's resolution as the desk's own."""
    return state["ended"]
