"""Reply: turn a draft into a resolution. Its action stays a proposal, which a person carries out."""

from typing import NotRequired

from desk.business import business
from desk.records import Review, paragraphs
from desk.reply_checks import left_to_person, left_undone, unmet_wishes
from state.desk import PROPOSED_ONLY, Draft, DraftedInput, ResolutionUpdate, proposed_actions


class ReplyInput(DraftedInput):
    """Read by `reply`: a draft that may be sent, the result of an earlier step in words, the review of its action."""

    finding: NotRequired[str]
    review: NotRequired[Review]


async def reply(state: ReplyInput) -> ResolutionUpdate:
    """Return the resolution of the draft: "escalated" with an action, "declined" where a rule forbids that action."""
    draft, review = state["draft"], state.get("review")
    refusal = review.reason if review is not None and review.verdict == "decline" else None
    unmet = unmet_wishes(state["request"], [draft.action])
    left = await left_to_person([each.words for each in unmet], state["customer_id"])
    reason = refusal or (PROPOSED_ONLY if draft.action else "answered from the policies")
    return {
        "outcome": "escalated" if unmet else "declined" if refusal else "escalated" if draft.action else "answered",
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": paragraphs([_text(draft, refusal), *left]),
        "citations": draft.citations,
        "actions": proposed_actions(draft, "refused" if refusal else "proposed"),
        "reason": "; ".join(filter(None, [state.get("finding"), *left_undone(unmet), reason])),
        "has_result": True,
    }


def _text(draft: Draft, refusal: str | None) -> str:
    """Return the customer's text; a draft with an action is not sent, for nobody has done it."""
    if refusal:
        return business().wording.refuse(refusal)
    return business().wording.passed_on if draft.action else draft.reply
