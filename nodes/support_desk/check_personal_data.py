"""Check personal data: no part holds a card number, or names another customer's things."""

from desk.reply_checks import privacy_fault
from state.support_desk import CheckInput, CheckUpdate


async def check_personal_data(state: CheckInput) -> CheckUpdate:
    """Return a fault for each part that holds a card number or another customer's things."""
    asking = state["customer_id"], state["request"]
    return {"faults": [fault for part in state["parts"] if (fault := await privacy_fault(part.reply, *asking))]}
