"""Secure: propose the action that stops the fraud, where it is plain which one that is."""

from desk.business import business
from state.desk import DraftedInput, DraftUpdate


async def secure(state: DraftedInput) -> DraftUpdate:
    """The draft with the action proposed, unless it proposes something itself."""
    drafted, customer_id = state["draft"], state["customer_id"]
    if drafted.action is None and customer_id is not None:
        found = await business().fraud.protect(state["message"], customer_id)
        if found is not None:
            action, words = found
            drafted = drafted.model_copy(update={"action": action, "reply": f"{words} {drafted.reply}"})
    return {"draft": drafted}
