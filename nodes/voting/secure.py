"""Secure: propose the action that stops the fraud, where it is clear which one that is."""

from desk.business import business
from state.desk import DraftedInput, DraftUpdate


async def secure(state: DraftedInput) -> DraftUpdate:
    """Return the draft with the protecting action and its words added, unless it proposes an action itself."""
    draft, customer_id = state["draft"], state["customer_id"]
    if draft.action is None and customer_id is not None:
        protection = await business().fraud.protect(state["request"], customer_id)
        if protection is not None:
            action, words = protection
            draft = draft.model_copy(update={"action": action, "reply": f"{words} {draft.reply}"})
    return {"draft": draft}
