"""Extract the facts of a message, each with the words that say it."""

from baton import ask
from baton.redact import redact
from desk.business import instructions
from state.chaining import ExtractInput, ExtractUpdate, Facts


async def extract(state: ExtractInput) -> ExtractUpdate:
    """The facts; card numbers, over line ends too, are masked before the model reads the message."""
    data = {"message": redact(" ".join(state["message"].split())), "complaint": state.get("complaint")}
    return {"facts": (await ask("cheap", Facts, instructions(__file__), data)).facts}
