"""Reply: turn a draft into a resolution. Nothing is done here: an action is proposed, and a person carries it out."""

from typing import NotRequired

from desk.business import business
from desk.records import Review
from state.desk import PROPOSED_ONLY, Draft, DraftedInput, ResolutionUpdate, proposed


class ReplyInput(DraftedInput):
    """A draft that may go out; `finding` is what was settled before it, `review` what was said of its action."""

    finding: NotRequired[str]
    review: NotRequired[Review]


async def reply(state: ReplyInput) -> ResolutionUpdate:
    """The draft as it is; its action, which nobody has carried out, is left to a person, unless a rule forbids it."""
    drafted, review = state["draft"], state.get("review")
    refused = review.reason if review is not None and review.verdict == "decline" else None
    reason = refused or (PROPOSED_ONLY if drafted.action else "answered from the policies")
    return {
        "outcome": "declined" if refused else "escalated" if drafted.action else "answered",
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": _text(drafted, refused),
        "citations": drafted.citations,
        "actions": proposed(drafted, "refused" if refused else "proposed"),
        "reason": "; ".join(filter(None, [state.get("finding"), reason])),
        "has_result": True,
    }


def _text(drafted: Draft, refused: str | None) -> str:
    """What the customer reads; never a draft that says done what nobody did."""
    if refused:
        return business().wording.refuse(refused)
    return business().wording.passed_on if drafted.action else drafted.reply
