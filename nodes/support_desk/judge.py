"""Judge: make one review of the checks' faults."""

from langgraph.runtime import Runtime

from desk.business import business
from desk.records import Review
from state.context import Context
from state.sectioning import Left
from state.support_desk import JudgeInput, JudgeUpdate

OPEN = "nothing answers it"


async def judge(state: JudgeInput, runtime: Runtime[Context]) -> JudgeUpdate:
    """Return the review of all parts: "escalate" with any fault, else "act" with an action, else "answer".

    A single part that only leaves something open is the best draft for the person who looks. One that acts is seen
    through, and what it leaves open is left to a person by itself.
    """
    left = _left_beside_action(state, runtime.context.answer_threshold)
    open_fault = None if left else state["answer"].fault
    faults = sorted({*state["faults"], *([open_fault] if open_fault else [])})
    if faults:
        review = Review(verdict="escalate", reason="; ".join(faults))
        best = state["parts"][0] if faults == [open_fault] and len(state["parts"]) == 1 else None
        return {"review": review, "best": best, "left": state["left"]}
    acts = any(part.action for part in state["parts"])
    review = Review(verdict="act" if acts else "answer", reason="answered from the policies")
    return {"best": None, "review": review, "left": [*state["left"], *left]}


def _left_beside_action(state: JudgeInput, threshold: float) -> list[Left]:
    """Return the requests that stand open beside an action; none where one of them wishes for that action.

    Then the action itself is in doubt, as it is where the judge is not sure of the rest.
    """
    answer, actions = state["answer"], {part.action.name for part in state["parts"] if part.action}
    wished = {wish.action for each in answer.open for wish in business().wishes(each)}
    if not actions or actions & wished or answer.confidence < threshold:
        return []
    return [Left(reason=OPEN, request=each) for each in answer.open]
