"""Check policy: every part cites policies, and only those that its writer was given, else those in force."""

from desk.business import knowledge
from desk.reply_checks import citation_fault
from state.support_desk import CheckInput, CheckUpdate


async def check_policy(state: CheckInput) -> CheckUpdate:
    """Return a fault for each part that cites no policy, or one that it may not cite."""
    desk, passage_ids = await knowledge(), state.get("passages")
    citable = desk.in_force() if passage_ids is None else {each.policy_id for each in desk.passages(passage_ids)}
    return {"faults": [fault for part in state["parts"] if (fault := citation_fault(part.citations, citable))]}
