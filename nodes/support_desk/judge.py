"""Judge: make one review of the checks' faults."""

from desk.records import Review
from state.support_desk import JudgeInput, JudgeUpdate


async def judge(state: JudgeInput) -> JudgeUpdate:
    """Return the review of all parts: "escalate" with any fault, else "act" with an action, else "answer".

    A single part that only leaves something open is the best draft for the person who looks.
    """
    open_fault = state["answer"].fault
    if faults := sorted({*state["faults"], *([open_fault] if open_fault else [])}):
        review = Review(verdict="escalate", reason="; ".join(faults))
        best = state["parts"][0] if faults == [open_fault] and len(state["parts"]) == 1 else None
        return {"review": review, "best": best}
    acts = any(part.action for part in state["parts"])
    return {"best": None, "review": Review(verdict="act" if acts else "answer", reason="answered from the policies")}
