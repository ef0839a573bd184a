"""Judge: put together what the checks of a review found."""

from desk.records import Review
from state.desk import ReviewUpdate
from state.support_desk import JudgeInput


async def judge(state: JudgeInput) -> ReviewUpdate:
    """Whether the parts may go on; what any check found keeps them back."""
    faults = sorted(set(state["faults"]))
    if faults:
        return {"review": Review(verdict="escalate", reason="; ".join(faults))}
    acts = any(part.action for part in state["parts"])
    return {"review": Review(verdict="act" if acts else "answer", reason="answered from the policies")}
