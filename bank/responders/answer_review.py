"""Review an answer: whether the policies that it cites answer what each request of the message is about.

Two signals that are found apart must agree: the topics that the router hears in a request, and those that the cited
policies say they answer, which were chosen by the words of their paragraphs. Where they do, and the message has several
parts, words of each part that asks must stand in those policies too.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bank.clerk.wishes import wish, wishes
from bank.knowledge import knowledge
from bank.responders.words import words
from baton.offline.transport import Request
from desk.text.asking import ASKS, TROUBLE
from desk.text.clauses import clauses
from desk.text.requests import requests_in
from desk.text.subject_words import subject_words
from desk.text.turns import FEWEST

NEEDED = re.compile(r"\b(?:need|want)\b", re.IGNORECASE)
LOOKED_AT = 20  # topics of a request; those further down have shares near zero
SILENT = 0.75  # the share where the cited policies say of no topic that they answer it: the search alone speaks
LEFT_OPEN = 0.05  # the share of a request's topics that the citations answer, below which nothing answers it
UNTOUCHED = 0.34  # of the words of a part that are the cited policies' too, at most, where they do not answer it
SHORTEST = 3  # words of a part that asks by itself: "Why is that?" has none that mean something
HALF = 0.5  # the same, of what only may be a request: it comes second, so the draft was hardly written for it


def answer_review(request: Request) -> dict[str, Any]:
    """Return an `AnswerReview` from the data `message`, `actions` and `citations`."""
    data = request.data
    message, actions, citations = str(data.get("message", "")), data.get("actions", []), data.get("citations", [])
    shares = shares_answered(message, actions, citations)
    remaining = [each for each, share in shares.items() if share < LEFT_OPEN]
    if not remaining:
        parts = _shares(requests_in(message, knowledge(), doubted=True), actions, citations)
        remaining = _beside_orders(parts, message, actions) if actions else _beside_answer(parts, message, citations)
    confidence = min((share for share in shares.values() if share >= LEFT_OPEN), default=0.0)
    return {"open": remaining, "confidence": round(confidence, 4)}


def _beside_answer(shares: Mapping[str, float], message: str, citations: Sequence[str]) -> list[str]:
    """Return the parts that are about something else, but for those whose every word the cited policies have.

    Out of its message a short question has another topic: "When is it in my balance?". Where there are none, the parts
    of whose words the cited policies have few.
    """
    texts = [knowledge().text_of(citations), *knowledge().topics_of(citations)]
    cited = set(words(" ".join(texts).replace("_", " ")))
    other = [each for each, share in shares.items() if share < HALF and not _is_covered(each, cited)]
    return other or _untouched(message, cited)


def _is_covered(part: str, cited: set[str]) -> bool:
    own = _content_words(part)
    return own <= cited if own else len(part.split()) <= SHORTEST


def _beside_orders(shares: Mapping[str, float], message: str, actions: Sequence[str]) -> list[str]:
    """Return the parts that ask for something else than the orders.

    One that only tells, or says what the customer needs, is most often the reason of an order.
    """
    orders = [each.words for each in wishes(message) if each.action in actions]
    others = {each: share for each, share in shares.items() if not any(order in each for order in orders)}
    return [each for each, share in others.items() if share < LEFT_OPEN and ASKS.search(NEEDED.sub("", each))]


def _untouched(message: str, cited: set[str]) -> list[str]:
    """Return the parts that ask, of a message with several that do or complain, of which the cited policies say little.

    Two requests about one thing have one topic, and only their words show that the second has no answer. A part that
    only tells something is not held to it: the names of people, shops and days in it stand in no policy.
    """
    parts = [each for each in clauses(message) if each.asks or TROUBLE.search(each.text)]
    full = [(each, own) for each in parts if len(own := _content_words(each.text)) >= FEWEST]
    little = [each.text for each, own in full if each.asks and len(own & cited) <= UNTOUCHED * len(own)]
    return little if len(full) > 1 else []


def _content_words(part: str) -> set[str]:
    return set(words(" ".join(subject_words(part))))


def shares_answered(message: str, actions: Sequence[str], citations: Sequence[str]) -> dict[str, float]:
    """Return for each request of a message how much of what it is about is answered, 0 to 1.

    A wish that one of `actions` does is; else it is the share of the request's topics that the cited policies answer.
    """
    return _shares(requests_in(message, knowledge()), actions, citations)


def _shares(requests: Sequence[str], actions: Sequence[str], citations: Sequence[str]) -> dict[str, float]:
    topics = knowledge().topics_of(citations)
    shares = {each: _share(each, topics) for each in requests}
    return {each: 1.0 if wish(each) in actions else share for each, share in shares.items()}


def _share(request: str, answered: set[str]) -> float:
    if not answered:
        return SILENT
    shares = knowledge().topics(request, LOOKED_AT)
    return min(1.0, sum(share for name, share in shares.items() if name.partition("/")[2] in answered))
