"""Reply: turn what was drafted, decided and done into a resolution."""

from state.actions import arguments
from state.desk import ActionStatus, ActionTaken, Outcome, Resolution
from state.support_desk import Settled

SORRY = (
    "We cannot do what you ask: {reason}. If you think that this is wrong, answer this message and a person will look."
)
PASSED_ON = "Thank you for your message. We have passed on what you ask for; a colleague will see to it."


async def reply(state: Settled) -> Resolution:
    """The resolution of a message that the desk could deal with."""
    review, outcome = state.get("review"), _outcome(state)
    reason = review.reason if review else "answered from the policies"
    if outcome == "escalated":
        reason = "an action is proposed that this graph does not do"
    return {
        "outcome": outcome,
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": _text(state, outcome, reason),
        "citations": state["draft"].citations,
        "actions": state.get("actions") or _unperformed(state),
        "reason": reason,
    }


def _outcome(state: Settled) -> Outcome:
    """What became of it; an action that nobody looked at is left to a person."""
    review = state.get("review")
    if review is not None and review.verdict == "decline":
        return "declined"
    if review is None and state["draft"].action is not None:
        return "escalated"
    return "acted" if any(action.status == "done" for action in state.get("actions", [])) else "answered"


def _text(state: Settled, outcome: Outcome, reason: str) -> str:
    """What the customer reads; never a draft that says done what nobody did."""
    decision = state.get("decision")
    if outcome == "declined":
        return SORRY.format(reason=reason.rstrip("."))
    if outcome == "escalated":
        return PASSED_ON
    if decision is not None and decision.type == "respond":
        return decision.message
    return state["draft"].reply


def _unperformed(state: Settled) -> list[ActionTaken]:
    """The proposed action as it stands where nobody acted on it."""
    action, decision, review = state["draft"].action, state.get("decision"), state.get("review")
    if action is None:
        return []
    declined = review is not None and review.verdict == "decline"
    status: ActionStatus = "rejected" if decision is not None else "refused" if declined else "proposed"
    return [ActionTaken(name=action.name, args=arguments(action), status=status, receipt=None)]
