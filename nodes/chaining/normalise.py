"""Normalise facts to a case: amounts as decimals, dates as dates."""

from baton import ask
from desk import clock
from desk.business import instructions
from state.chaining import Case, NormaliseInput, NormaliseUpdate


async def normalise(state: NormaliseInput) -> NormaliseUpdate:
    """Ask a model for the case that the facts make and return it; relative dates count from today (UTC)."""
    data = {
        "today": clock.today().isoformat(),
        "complaint": state.get("complaint"),
        "facts": [fact.model_dump() for fact in state["facts"]],
    }
    return {"case": await ask("cheap", Case, instructions(__file__), data)}
