"""Check grounding: what a part says stands in its policies or in the message, and what it says done is proposed."""

from desk.business import knowledge
from desk.records import values_of
from desk.reply_checks import invention_fault
from state.support_desk import CheckInput, CheckUpdate


async def check_grounding(state: CheckInput) -> CheckUpdate:
    """A fault for every amount that nobody named, and for every claim that nothing is proposed for."""
    known, findings = await knowledge(), state.get("findings", [])
    seen = [*(each.summary for each in findings), *values_of(findings)]
    faults = [
        invention_fault(part.reply, part.action, " ".join([state["message"], *seen, known.text_of(part.citations)]))
        for part in state["parts"]
    ]
    return {"faults": [fault for fault in faults if fault]}
