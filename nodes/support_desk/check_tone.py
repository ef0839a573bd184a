"""Check tone: a reply is short enough to be read, and neither shouts nor blames nor promises."""

from desk.reply_checks import tone_fault
from state.support_desk import CheckInput, CheckUpdate


async def check_tone(state: CheckInput) -> CheckUpdate:
    """Return the first fault in tone of each part."""
    return {"faults": [fault for part in state["parts"] if (fault := tone_fault(part.reply))]}
