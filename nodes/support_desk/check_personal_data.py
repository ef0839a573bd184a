"""Check personal data: no part holds a card number, or anything that is filed under somebody else."""

from desk.reply_checks import privacy_fault
from state.support_desk import CheckInput, CheckUpdate


async def check_personal_data(state: CheckInput) -> CheckUpdate:
    """A fault for every part that gives away what is not the customer's."""
    asking = state["customer_id"], state["message"]
    return {"faults": [fault for part in state["parts"] if (fault := await privacy_fault(part.reply, *asking))]}
