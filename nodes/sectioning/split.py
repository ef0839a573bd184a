"""Split a message into its separate requests."""

from baton import ask
from desk.business import instructions
from state.sectioning import Requests, SplitInput, SplitUpdate


async def split(state: SplitInput) -> SplitUpdate:
    """Ask a model for the requests and return them, each in the message's own words."""
    data = {"complaint": state.get("complaint"), "message": state["request"]}
    return {"requests": (await ask("cheap", Requests, instructions(__file__), data)).requests}
