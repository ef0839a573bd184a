"""Check personal data: no part holds a card number, or anything that the bank files under somebody else."""

from bank.faults import indiscreet
from state.support_desk import Faults, Gathered


async def check_personal_data(state: Gathered) -> Faults:
    """A fault for every part that gives away what is not the customer's."""
    given = state["customer_id"], state["message"]
    return {"faults": [fault for part in state["parts"] if (fault := await indiscreet(part, *given))]}
