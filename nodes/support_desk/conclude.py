"""Conclude: make one resolution of the parts and their settlements."""

from desk.business import business
from desk.records import Verdict, paragraphs
from desk.wishes import reason_on, text_on, unmet_wishes
from state.desk import Outcome, ResolutionFields, citations_of
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
    wording = business().wording
    aside = wording.holding if len(state["parts"]) == 1 else wording.aside
    unmet = unmet_wishes(state["request"], [part.action for part in state["parts"]])
    texts = [_text(part.reply, settlements.get(number), aside) for number, part in enumerate(state["parts"])]
    reasons = [*reason_on(unmet), *(each.reason for each in in_order)]
    return {
        "outcome": "escalated" if unmet else _outcome([each.verdict for each in in_order]),
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": paragraphs(dict.fromkeys([*texts, *text_on(unmet)])),
        "citations": citations_of(state["parts"]),
        "actions": [each.action for each in in_order],
        "reason": "; ".join(dict.fromkeys(reasons)) or "answered from the policies",
    }


def _outcome(verdicts: list[Verdict]) -> Outcome:
    return next((outcome for verdict, outcome in BY_WEIGHT if verdict in verdicts), "answered")


def _text(draft_reply: str, settlement: Settlement | None, aside: str) -> str:
    if settlement is None:
        return draft_reply
    return aside if settlement.verdict == "escalate" else settlement.reply
