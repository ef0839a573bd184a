"""Check an action before anyone carries it out: whether the business may do it, and whether a person must agree."""

from desk.reply_checks import review_action
from state.desk import ReviewUpdate
from state.support_desk import SettlingInput


async def check_action(state: SettlingInput) -> ReviewUpdate:
    """Return the review of the action: how to go on with it, and why."""
    return {"review": await review_action(state["draft"].action, state["request"], state["customer_id"])}
