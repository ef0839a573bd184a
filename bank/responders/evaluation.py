"""Mark a reply: each criterion computed from the message, the policies and the draft."""

import re
from collections.abc import Callable
from typing import Any

from bank.clerk.wishes import wish
from bank.responders.answer_review import shares_answered
from bank.responders.relevance import Question, Relevance, questions
from bank.text.claims import CLAIMS
from bank.text.money import gbp_in
from baton.offline.transport import Request

Data = dict[str, Any]
Fault = str | None
MOST_WORDS = 120
ASKED = re.compile(r"\?|\b(?:how|why|when|where|what|which|whether|wonder\w*|tell me)\b", re.IGNORECASE)
ANSWERED = 0.6  # of what the most relevant statement bears on a question, for another one to answer it
FIGURED = 0.75  # the same for figures, of which there is mostly only one that is right
HALF = 0.5  # of what a request is about, answered by the policies that a reply cites
MATTERS = 0.6  # of the most relevant statement, for a figure to be what is asked for
IDS = re.compile(r"\b[A-Z]{2,5}-\d+\b|\(see ")
LOUD = re.compile(r"!!|\b[A-Z]{4,}\b(?:\W+[A-Z]{4,}\b)")
POLITE = re.compile(
    r"\b(?:thank you|thanks|hello|dear|good (?:morning|day|afternoon|evening)|sorry|please)\b", re.IGNORECASE
)
PERIOD = re.compile(r"\b\d+(?:\.\d+)?\s?(?:%|(?:working )?(?:minutes?|hours?|days?|weeks?|months?|years?))")
PROMISE = re.compile(r"\b(?:we|i)(?:'ll| will| shall| are going to)\b", re.IGNORECASE)


def evaluation(request: Request) -> dict[str, Any]:
    """Return an `Evaluation` from the data `message`, `policies`, `draft` and `criteria`."""
    data = request.data
    return {"marks": [_mark(each, data) for each in data.get("criteria", [])]}


def open_questions(relevance: Relevance, message: str, reply: str) -> list[Question]:
    """Return the questions of a message that a reply leaves open."""
    return [each for each in questions(message) if not _answers(relevance, each, reply)]


def questions_without_figure(relevance: Relevance, message: str, reply: str) -> list[Question]:
    """Return the questions for a figure that a policy has and the reply does not name."""
    return [each for each in questions(message) if each.figures and not _figures(relevance, each, reply)]


def _mark(criterion: Data, data: Data) -> Data:
    check = CHECKS.get(str(criterion.get("name")))
    fault = check(data) if check else "this criterion cannot be judged offline"
    return {"number": criterion["number"], "met": fault is None, "reason": fault or "it is met"}


def _answers(relevance: Relevance, question: Question, reply: str) -> bool:
    best = relevance.best(question)
    return best is not None and relevance.of_reply(reply, question) >= ANSWERED * relevance.of(best, question)


def _figures(relevance: Relevance, question: Question, reply: str) -> bool:
    best, figure = relevance.best(question), relevance.best(question, figures=True)
    if best is None or figure is None or relevance.of(figure, question) < MATTERS * relevance.of(best, question):
        return True
    return relevance.of_reply(reply, question, figures=True) >= FIGURED * relevance.of(figure, question)


def check_answers(data: Data) -> Fault:
    """Return the first question or request that the draft's reply leaves open; None without one.

    Where the draft does what is wished, what is told of the wish asks for no more.
    """
    message, draft = data["message"], data["draft"]
    actions = [draft["action"]["name"]] if draft.get("action") else []
    remaining = [each.text for each in open_questions(Relevance(data["policies"]), message, draft["reply"])]
    if wish(message) in actions:
        remaining = [each for each in remaining if ASKED.search(each)]
    remaining += [text for text, share in shares_answered(message, actions, draft["citations"]).items() if share < HALF]
    return f"it leaves open: {remaining[0]}" if remaining else None


def _check_specific(data: Data) -> Fault:
    relevance = Relevance(data["policies"])
    remaining = questions_without_figure(relevance, data["message"], data["draft"]["reply"])
    statement = relevance.best(remaining[0], figures=True) if remaining else None
    return f"say what {statement.policy_id} says: {statement.text}" if statement else None


def check_grounds(data: Data) -> Fault:
    """Return a figure of the reply that neither message nor cited policies nor action have; None without one."""
    draft, policy_ids = data["draft"], {each["id"] for each in data["policies"]}
    if not draft["citations"] or not set(draft["citations"]) <= policy_ids:
        return "it must cite policies, and only those it was given"
    cited_texts = [each["text"] for each in data["policies"] if each["id"] in draft["citations"]]
    grounds = " ".join([data["message"], *cited_texts, *(f"GBP {value}" for value in (draft["action"] or {}).values())])
    inventions = {f"GBP {each}" for each in gbp_in(draft["reply"]) - gbp_in(grounds)}
    inventions |= set(PERIOD.findall(draft["reply"])) - set(PERIOD.findall(grounds))
    return f"no policy that it cites says {min(inventions)}" if inventions else None


def _check_plain(data: Data) -> Fault:
    reply = data["draft"]["reply"]
    if flaw := IDS.search(reply) or LOUD.search(reply):
        return f"leave out {flaw.group()!r}"
    return None if POLITE.search(reply) else "open with a friendly word"


def _check_short(data: Data) -> Fault:
    length = len(data["draft"]["reply"].split())
    return f"it has {length} words; at most {MOST_WORDS}" if length > MOST_WORDS else None


def check_honest(data: Data) -> Fault:
    """Return a fault where the draft's reply promises or claims what no action does; None without one."""
    draft = data["draft"]
    if draft["action"] is None and (
        CLAIMS.of(draft["reply"], "\n".join(each["text"] for each in data["policies"]))
        or PROMISE.search(draft["reply"])
    ):
        return "it says that something was or will be done, and proposes nothing"
    return None


CHECKS: dict[str, Callable[[Data], Fault]] = {
    "answers": check_answers,
    "grounded": check_grounds,
    "specific": _check_specific,
    "plain": _check_plain,
    "short": _check_short,
    "honest": check_honest,
}
