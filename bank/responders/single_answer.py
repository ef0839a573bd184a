"""Everything at once, as the baseline asks for it."""

from typing import Any

from bank.knowledge import knowledge
from bank.responders.passages import best, worded
from baton.offline.transport import Request
from desk.records import OTHER

SURE = 0.5  # of a route, to answer at all


def single_answer(request: Request) -> dict[str, Any]:
    """A `SingleAnswer` from the data `message` and `policies`."""
    message = str(request.data.get("message", ""))
    guess = knowledge().guess(message)
    chosen = best(message, list(request.data.get("policies", [])))
    settled = guess.route != OTHER and guess.confidence >= SURE and bool(chosen)
    said = worded(chosen) if settled else {"reply": "A colleague will look at your message.", "citations": []}
    reason = "a policy answers it" if settled else "no policy answers it, or it is not for this desk"
    outcome = "answered" if settled else "escalated"
    return {**said, "outcome": outcome, "route": guess.route, "confidence": guess.confidence, "reason": reason}
