"""Extract the facts of a message, each with the words that say it."""

from baton import ask
from baton.redact import redact
from desk.business import instructions
from state.chaining import Extracting, Facts, FactsFound


async def extract(state: Extracting) -> FactsFound:
    """The facts; card numbers, over line ends too, are masked before the model reads the message."""
    data = {"message": redact(" ".join(state["message"].split())), "complaint": state.get("complaint")}
    return {"facts": (await ask("cheap", Facts, instructions(__file__), data)).facts}
