"""Judge: make one review of the checks' faults."""

from desk.records import Review
from state.desk import ReviewUpdate
from state.support_desk import JudgeInput


async def judge(state: JudgeInput) -> ReviewUpdate:
    """Return the review of all parts: "escalate" with any fault, else "act" with an action, else "answer"."""
    open_fault = state["answer"].fault
    faults = sorted({*state["faults"], *([open_fault] if open_fault else [])})
    if faults:
        return {"review": Review(verdict="escalate", reason="; ".join(faults))}
    acts = any(part.action for part in state["parts"])
    return {"review": Review(verdict="act" if acts else "answer", reason="answered from the policies")}
