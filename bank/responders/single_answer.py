"""Answer everything at once, as the baseline asks for it."""

from typing import Any

from bank.knowledge import knowledge
from bank.responders.passages import best, quote_reply
from baton.offline.transport import Request
from desk.records import OTHER

SURE = 0.5  # of a route, to answer at all


def single_answer(request: Request) -> dict[str, Any]:
    """Return a `SingleAnswer` from the data `message` and `policies`."""
    message = str(request.data.get("message", ""))
    guess = knowledge().guess(message)
    paragraphs = best(message, list(request.data.get("policies", [])))
    is_answered = guess.route != OTHER and guess.confidence >= SURE and bool(paragraphs)
    quotation = (
        quote_reply(paragraphs) if is_answered else {"reply": "A colleague will look at your message.", "citations": []}
    )
    reason = "a policy answers it" if is_answered else "no policy answers it, or it is not for this desk"
    outcome = "answered" if is_answered else "escalated"
    return {**quotation, "outcome": outcome, "route": guess.route, "confidence": guess.confidence, "reason": reason}
