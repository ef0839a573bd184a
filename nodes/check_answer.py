"""Check the answer: a judge's model says which requests of the message a reply leaves open."""

from typing import Any

from langgraph.runtime import Runtime

from baton import ask
from desk.business import instructions, knowledge
from desk.reply_checks import wish_fault
from state.context import Context
from state.desk import AnswerCheck, AnswerReview, AnswerUpdate, CheckAnswerInput, Draft, citations_of


async def check_answer(state: CheckAnswerInput, runtime: Runtime[Context]) -> AnswerUpdate:
    """Ask whether each request is answered, or has its action, and return that with the fault of the reply, if any.

    A sound reply can still be about something else; no other check reads it together with what was asked. A draft that
    a check before this one has found unfit is not asked about, nor one that leaves the wish for an action undone.
    """
    if check := check_without_asking(state):
        return {"answer": check}
    data = await answer_data(state["request"], _drafts(state))
    review = await ask("judge", AnswerReview, instructions(__file__), data)
    return {"answer": AnswerCheck(**review.model_dump(), fault=fault_of(review, runtime.context.answer_threshold))}


def check_without_asking(state: CheckAnswerInput) -> AnswerCheck | None:
    """Return the check of drafts that no model has to be asked about; None of others."""
    request, reviewed = state["request"], state.get("review")
    if reviewed and reviewed.verdict == "escalate":
        return AnswerCheck(open=[], confidence=0.0, fault=reviewed.reason)
    if state.get("asked", [request]) != [request]:  # each part was asked about with its own request
        return AnswerCheck(open=[], confidence=1.0, fault=None)
    fault = wish_fault(request, [each.action for each in _drafts(state)])
    return AnswerCheck(open=[], confidence=0.0, fault=fault) if fault else None


def _drafts(state: CheckAnswerInput) -> list[Draft]:
    return state["parts"] if "parts" in state else [state["draft"]]


async def answer_data(request: str, drafts: list[Draft]) -> dict[str, Any]:
    """Return the data block of the question: the request, and the drafts with what they rest on."""
    desk, cited = await knowledge(), citations_of(drafts)
    return {
        "citations": cited,
        "policies": [{"id": each, "text": desk.text_of([each])} for each in cited],
        "actions": [each.action.name for each in drafts if each.action],
        "message": request,
        "replies": [each.reply for each in drafts],
    }


def fault_of(review: AnswerReview, threshold: float) -> str | None:
    """Return why the reply may not be sent, in words; None where it may."""
    if review.open:
        return f"the reply leaves open: {', '.join(f'“{each}”' for each in review.open)}"
    if review.confidence < threshold:
        return f"it is doubtful whether the reply answers the message ({review.confidence:.2f}, answer_threshold)"
    return None
