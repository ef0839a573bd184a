"""Conclude: make one resolution of the parts and their settlements."""

from desk.business import business
from desk.records import Verdict, paragraphs, quoted
from desk.reply_checks import left_to_person, left_undone, unmet_wishes
from state.desk import Outcome, ResolutionFields, citations_of
from state.sectioning import reasons
from state.support_desk import ConcludeInput, Settlement

BY_WEIGHT: tuple[tuple[Verdict, Outcome], ...] = (
    ("escalate", "escalated"),
    ("act", "acted"),
    ("decline", "declined"),
    ("answer", "answered"),
)
"""Precedence: the first verdict that a settlement has decides the outcome of the message."""


async def conclude(state: ConcludeInput) -> ResolutionFields:
    """Return the resolution of a message that the desk could deal with, its parts in their order.

    A wish that no part has an action for is named in the customer's words, and left to a person.
    """
    settlements = {each.position: each for each in state.get("settled", [])}
    in_order = sorted(settlements.values(), key=lambda each: each.position)
    left, replies = state.get("left", []), enumerate(part.reply for part in state["parts"])
    unmet = unmet_wishes(state["request"], [part.action for part in state["parts"]])
    open_requests = [each.request for each in left]
    open_requests += [each.words for each in unmet if not any(each.words in request for request in open_requests)]
    texts = [_text(reply, settlements.get(number), _holding(state, number)) for number, reply in replies]
    texts += await left_to_person(open_requests, state["customer_id"])
    why = [*left_undone(unmet), *(each.reason for each in in_order), reasons(left)]
    return {
        "outcome": "escalated" if open_requests else _outcome([each.verdict for each in in_order]),
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": paragraphs(dict.fromkeys(texts)),
        "citations": citations_of(state["parts"]),
        "actions": [each.action for each in in_order],
        "reason": "; ".join(dict.fromkeys(filter(None, why))) or "answered from the policies",
    }


def _outcome(verdicts: list[Verdict]) -> Outcome:
    return next((outcome for verdict, outcome in BY_WEIGHT if verdict in verdicts), "answered")


def _holding(state: ConcludeInput, number: int) -> str:
    """Return what the customer reads where a person sees to a part: of several the request in their own words."""
    wording = business().wording
    if len(state["parts"]) == 1 and not state.get("left"):
        return wording.holding
    return wording.request_passed_on.format(request=quoted([state["asked"][number]]))


def _text(draft_reply: str, settlement: Settlement | None, holding: str) -> str:
    if settlement is None:
        return draft_reply
    return holding if settlement.verdict == "escalate" else settlement.reply
