"""Escalate: hand a message to a person, with the reason and the best draft."""

from typing import NotRequired

from desk.business import business, knowledge
from desk.records import OTHER, Review, quoted
from state.desk import AnswerCheck, Draft, ResolutionUpdate, RoutedInput, proposed_actions


class EscalateInput(RoutedInput):
    """Read by `escalate`: a routed message that the desk cannot settle by itself.

    `best` is the best draft so far, `finding` the result of an earlier step in words, `answer` a judge's view of it.
    """

    passages: NotRequired[list[str]]
    review: NotRequired[Review]
    best: NotRequired[Draft | None]
    finding: NotRequired[str]
    answer: NotRequired[AnswerCheck]
    draft: NotRequired[Draft]


async def escalate(state: EscalateInput) -> ResolutionUpdate:
    """Return the resolution of an escalation: a holding reply, the reason, the best draft's action as proposed."""
    best, finding = _best(state), state.get("finding")
    reason = _reason(state)
    parts = [finding, reason, await _requests(state["request"], reason), best and f'the best draft: "{best.reply}"']
    return {
        "outcome": "escalated",
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": business().wording.holding,
        "citations": best.citations if best else [],
        "actions": proposed_actions(best),
        "reason": "; ".join(part for part in parts if part),
        "has_result": False,
    }


async def _requests(request: str, reason: str) -> str | None:
    """Return what a message asks, each request in the customer's own words.

    None where it asks nothing, or where the reason has named them all.
    """
    requests = business().reader.requests(request, await knowledge(), doubted=True) if request else []
    return None if all(quoted([each]) in reason for each in requests) else f"the customer asks: {quoted(requests)}"


def _best(state: EscalateInput) -> Draft | None:
    """Return the best draft for the person who looks: also one that is sound and left a request open.

    A draft with any other fault is no best one: it may hold another's things, or cite what there is not.
    """
    review, answer = state.get("review"), state.get("answer")
    is_sound = review is None or review.verdict != "escalate"
    return state.get("best") or (state.get("draft") if is_sound and answer is not None and answer.fault else None)


def _reason(state: EscalateInput) -> str:
    """Return why a person must look; without a review the route and the passages tell."""
    review, answer = state.get("review"), state.get("answer")
    if review is not None and review.verdict == "escalate":
        return review.reason
    if answer is not None and answer.fault:
        return answer.fault
    best = f"{state['route']}, {state['confidence']:.2f}"
    if state.get("passages") == []:
        return f"no policy bears on it ({best})"
    if not state["request"]:
        return "the message asks nothing beside what it quotes or greets with"
    if state["route"] == OTHER:
        return f"not for this desk ({best})"
    return f"no tier was sure of a route (best: {best})"
