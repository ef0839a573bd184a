"""Extract the facts of a message, each with its quote."""

from baton import ask
from baton.redact import redact
from desk.business import instructions
from state.chaining import ExtractInput, ExtractUpdate, Facts


async def extract(state: ExtractInput) -> ExtractUpdate:
    """Ask a model for the facts and return them; card numbers are masked first, also those that span two lines."""
    data = {"complaint": state.get("complaint"), "message": redact(" ".join(state["request"].split()))}
    return {"facts": (await ask("cheap", Facts, instructions(__file__), data)).facts}
