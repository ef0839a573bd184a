"""Normalise facts to a case: amounts as decimals, dates as dates."""

from datetime import UTC, datetime

from baton import ask, prompt
from state.chaining import Case, CaseMade, Extracted


async def normalise(state: Extracted) -> CaseMade:
    """The case; relative dates count from today."""
    data = {
        "facts": [fact.model_dump() for fact in state["facts"]],
        "today": datetime.now(UTC).date().isoformat(),
        "complaint": state.get("complaint"),
    }
    return {"case": await ask("cheap", Case, prompt(__file__), data)}
