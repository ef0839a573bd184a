"""Check contents: no part holds a link, a number, markup, a name or an inner rule that none of its sources holds."""

from desk.business import knowledge
from desk.records import values_of
from desk.reply_checks import contents_fault
from state.support_desk import CheckInput, CheckUpdate


async def check_contents(state: CheckInput) -> CheckUpdate:
    """Return a fault for each part that holds what neither its policies, nor a finding, nor the customer's own do."""
    desk, findings = await knowledge(), state.get("findings", [])
    evidence = [*(each.summary for each in findings), *values_of(row for each in findings for row in each.rows)]
    faults = [
        await contents_fault(
            part.reply, [*evidence, desk.text_of(part.citations)], state["customer_id"], state["request"]
        )
        for part in state["parts"]
    ]
    return {"faults": [fault for fault in faults if fault]}
