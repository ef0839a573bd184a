"""Check grounding: every amount of a part is in its policies or the message, every claim of an act has an action."""

from desk.business import knowledge
from desk.records import values_of
from desk.reply_checks import invention_fault
from state.support_desk import CheckInput, CheckUpdate


async def check_grounding(state: CheckInput) -> CheckUpdate:
    """Return a fault for each part with an amount of unknown source, or a claim of an act without an action."""
    desk, findings = await knowledge(), state.get("findings", [])
    evidence = [*(each.summary for each in findings), *values_of(row for each in findings for row in each.rows)]
    faults = [
        invention_fault(part.reply, part.action, [*evidence, desk.text_of(part.citations)], state["request"])
        for part in state["parts"]
    ]
    return {"faults": [fault for fault in faults if fault]}
