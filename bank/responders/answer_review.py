"""Review an answer: say which questions of a message its replies leave open."""

from typing import Any

from bank.clerk.wishes import wish
from bank.responders.evaluation import open_questions
from bank.responders.relevance import Relevance
from baton.offline.transport import Request


def answer_review(request: Request) -> dict[str, Any]:
    """Return an `AnswerReview` from the data `message`, `replies`, `actions`, `citations` and `policies`."""
    data = request.data
    message, policies = str(data.get("message", "")), list(data.get("policies", []))
    if wish(message) in data.get("actions", []):
        return {"open": [], "confidence": 1.0}
    titled = [{"id": each["id"], "title": "", "text": each["text"]} for each in policies]
    reply = " ".join(data.get("replies", []))
    remaining = open_questions(Relevance(titled), message, reply) if titled else []
    return {"open": [each.text for each in remaining], "confidence": 1.0}
