"""Conclude: make one resolution of all that was drafted, decided and done."""

from desk.business import business
from desk.records import Verdict, paragraphs
from state.desk import Outcome, Resolution, citations_of
from state.support_desk import ConcludeInput, Settlement

BY_WEIGHT: tuple[tuple[Verdict, Outcome], ...] = (
    ("escalate", "escalated"),
    ("act", "acted"),
    ("decline", "declined"),
    ("answer", "answered"),
)
"""What weighs most names the outcome of a message whose parts ended differently."""


async def conclude(state: ConcludeInput) -> Resolution:
    """The resolution of a message that the desk could deal with, its parts in their order."""
    settled = {each.position: each for each in state.get("settled", [])}
    ended = sorted(settled.values(), key=lambda each: each.position)
    wording = business().wording
    aside = wording.holding if len(state["parts"]) == 1 else wording.aside
    texts = [_text(part.reply, settled.get(number), aside) for number, part in enumerate(state["parts"])]
    return {
        "outcome": _outcome([each.verdict for each in ended]),
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": paragraphs(dict.fromkeys(texts)),
        "citations": citations_of(state["parts"]),
        "actions": [each.action for each in ended],
        "reason": "; ".join(dict.fromkeys(each.reason for each in ended)) or "answered from the policies",
    }


def _outcome(verdicts: list[Verdict]) -> Outcome:
    return next((outcome for verdict, outcome in BY_WEIGHT if verdict in verdicts), "answered")


def _text(drafted: str, settlement: Settlement | None, aside: str) -> str:
    if settlement is None:
        return drafted
    return aside if settlement.verdict == "escalate" else settlement.reply
