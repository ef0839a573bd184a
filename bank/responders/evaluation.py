"""Mark a reply: each criterion computed from the message, the policies and the draft."""

import re
from collections.abc import Callable
from typing import Any

from bank.responders.relevance import Question, Relevance, questions
from bank.text.claims import claims_done
from bank.text.money import gbp_in
from baton.offline.transport import Request

Data = dict[str, Any]
Fault = str | None
MOST_WORDS = 90
ANSWERED = 0.6  # of what the most relevant statement bears on a question, for another one to answer it
FIGURED = 0.75  # the same for figures, of which there is mostly only one that is right
MATTERS = 0.6  # of the most relevant statement, for a figure to be what is asked for
IDS = re.compile(r"\b[A-Z]{2,5}-\d+\b|\(see ")
LOUD = re.compile(r"!!|\b[A-Z]{4,}\b(?:\W+[A-Z]{4,}\b)")
POLITE = re.compile(
    r"\b(?:thank you|thanks|hello|dear|good (?:morning|day|afternoon|evening)|sorry|please)\b", re.IGNORECASE
)
PERIOD = re.compile(r"\b\d+(?:\.\d+)?\s?(?:%|(?:working )?(?:minutes?|hours?|days?|weeks?|months?|years?))")
PROMISE = re.compile(r"\b(?:we|i)(?:'ll| will| shall| are going to)\b", re.IGNORECASE)


def evaluation(request: Request) -> dict[str, Any]:
    """An `Evaluation` from the data `message`, `policies`, `draft` and `criteria`."""
    data = request.data
    return {"marks": [_mark(each, data) for each in data.get("criteria", [])]}


def unanswered(known: Relevance, message: str, reply: str) -> list[Question]:
    """The questions of a message that a reply leaves open."""
    return [each for each in questions(message) if not _answers(known, each, reply)]


def unfigured(known: Relevance, message: str, reply: str) -> list[Question]:
    """The questions of how long, how much or how many that a policy has the figure for and the reply does not name."""
    return [each for each in questions(message) if each.figures and not _figures(known, each, reply)]


def _mark(criterion: Data, data: Data) -> Data:
    check = CHECKS.get(str(criterion.get("name")))
    fault = check(data) if check else "this criterion cannot be judged offline"
    return {"number": criterion["number"], "met": fault is None, "reason": fault or "it is met"}


def _answers(known: Relevance, question: Question, reply: str) -> bool:
    best = known.best(question)
    return best is not None and known.said(reply, question) >= ANSWERED * known.of(best, question)


def _figures(known: Relevance, question: Question, reply: str) -> bool:
    best, figure = known.best(question), known.best(question, figures=True)
    if best is None or figure is None or known.of(figure, question) < MATTERS * known.of(best, question):
        return True
    return known.said(reply, question, figures=True) >= FIGURED * known.of(figure, question)


def _answered(data: Data) -> Fault:
    left = unanswered(Relevance(data["policies"]), data["message"], data["draft"]["reply"])
    return f"it leaves open: {left[0].text}" if left else None


def _specific(data: Data) -> Fault:
    known = Relevance(data["policies"])
    left = unfigured(known, data["message"], data["draft"]["reply"])
    found = known.best(left[0], figures=True) if left else None
    return f"say what {found.policy_id} says: {found.text}" if found else None


def _grounded(data: Data) -> Fault:
    draft, given = data["draft"], {each["id"] for each in data["policies"]}
    if not draft["citations"] or not set(draft["citations"]) <= given:
        return "it must cite policies, and only those it was given"
    cited = [each["text"] for each in data["policies"] if each["id"] in draft["citations"]]
    grounds = " ".join([data["message"], *cited, *(f"GBP {value}" for value in (draft["action"] or {}).values())])
    invented = {f"GBP {each}" for each in gbp_in(draft["reply"]) - gbp_in(grounds)}
    invented |= set(PERIOD.findall(draft["reply"])) - set(PERIOD.findall(grounds))
    return f"no policy that it cites says {min(invented)}" if invented else None


def _plain(data: Data) -> Fault:
    reply = data["draft"]["reply"]
    if found := IDS.search(reply) or LOUD.search(reply):
        return f"leave out {found.group()!r}"
    return None if POLITE.search(reply) else "open with a friendly word"


def _short(data: Data) -> Fault:
    length = len(data["draft"]["reply"].split())
    return f"it has {length} words; at most {MOST_WORDS}" if length > MOST_WORDS else None


def _honest(data: Data) -> Fault:
    draft = data["draft"]
    if draft["action"] is None and (claims_done(draft["reply"]) or PROMISE.search(draft["reply"])):
        return "it says that something was or will be done, and proposes nothing"
    return None


CHECKS: dict[str, Callable[[Data], Fault]] = {
    "answers": _answered,
    "grounded": _grounded,
    "specific": _specific,
    "plain": _plain,
    "short": _short,
    "honest": _honest,
}
