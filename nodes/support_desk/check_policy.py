"""Check policy: every part rests on policies that are in force, and on those that it was given."""

from desk.business import knowledge
from desk.reply_checks import citation_fault
from state.support_desk import CheckInput, CheckUpdate


async def check_policy(state: CheckInput) -> CheckUpdate:
    """A fault for every part that cites nothing, or what it may not."""
    known, given = await knowledge(), state.get("passages")
    allowed = known.in_force() if given is None else {each.policy_id for each in known.passages(given)}
    return {"faults": [fault for part in state["parts"] if (fault := citation_fault(part.citations, allowed))]}
