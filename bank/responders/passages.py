"""Choose the paragraphs to quote: the one that answers best, and perhaps a second."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from bank.responders.words import sentences, words

MOST_WORDS = 80
ALSO = 0.65  # of the best paragraph's fit, for a second one of the same policy to be added
ELSEWHERE = 0.9  # the same, of another policy
RANK = 0.08  # the loss of a paragraph for each rank that the search put it lower
OPENING = "Thank you for your message."
KIND = 1.4  # the gain of a paragraph that holds the kind of thing asked for
REFERENCE = re.compile(r"\s*\(see [^)]*\)")
POINTER = re.compile(r"\b(?:is|are|in|see) [A-Z]+-\d+\b")
KINDS = [
    (re.compile(question, re.IGNORECASE), re.compile(answer))
    for question, answer in (
        (r"\bhow long\b|\bwhen\b|\bstill\b|\byet\b", r"\b(?:minutes?|hours?|days?|once)\b"),
        (r"\bhow much\b|\bcosts?\b|\bcharged?\b|\bfees?\b|\blimits?\b", r"GBP|%|\bfree\b"),
        (r"\bhow (?:do|can|to)\b|\bwhere\b|\bwhat do i\b", r"\b(?:in the app|app under)\b"),
        (r"\bwhy\b", r"\b(?:because|therefore|reasons?|obliges|when)\b"),
    )
]
"""Patterns of questions, each with a pattern of its answers."""


class Paragraph(NamedTuple):
    """One passage, with the words that a search finds it by."""

    policy_id: str
    text: str
    own_words: set[str]


def best(query: str, policies: list[dict[str, str]]) -> list[Paragraph]:
    """Return the paragraph that shares most with the query, rare words weighing more, and perhaps a second."""
    if not policies:
        return []
    paragraphs, query_words = [paragraph(each) for each in policies], set(words(query))
    spread = Counter(word for each in paragraphs for word in each.own_words)
    kinds = [answer for question, answer in KINDS if question.search(query)]

    def fit(index: int) -> float:
        own_words, text = paragraphs[index].own_words, paragraphs[index].text
        weight = sum(math.log(1 + len(paragraphs) / spread[word]) for word in query_words & own_words)
        likelier = KIND if any(kind.search(text) for kind in kinds) else 1.0
        return weight / math.sqrt(len(own_words) + 25) * (1 - RANK * index) * likelier

    fits = [fit(index) for index in range(len(paragraphs))]
    first = max(range(len(paragraphs)), key=lambda index: fits[index])

    def worth(index: int) -> float:
        share = ALSO if paragraphs[index].policy_id == paragraphs[first].policy_id else ELSEWHERE
        return 0.0 if index == first else fits[index] / (share * fits[first] or 1.0)

    second = max(range(len(paragraphs)), key=worth)
    second = second if worth(second) >= 1 else first
    selection = [paragraphs[index] for index in sorted({first, second})]
    return selection if sum(len(each.text.split()) for each in selection) <= MOST_WORDS else [paragraphs[first]]


def paragraph(policy: dict[str, str]) -> Paragraph:
    """Return the passage as a paragraph to quote, without sentences that only point to another policy."""
    text = " ".join(part for part in sentences(REFERENCE.sub("", policy["text"])) if not POINTER.search(part))
    return Paragraph(policy["id"], text or policy["text"], set(words(f"{policy['title']} {policy['text']}")))


def quote_reply(paragraphs: list[Paragraph], first: Iterable[str] = ()) -> dict[str, Any]:
    """Return `reply` and `citations` that quote these paragraphs, after the sentences of `first`."""
    reply = " ".join([OPENING, *first, *(each.text for each in paragraphs)])
    return {"reply": reply, "citations": list(dict.fromkeys(each.policy_id for each in paragraphs))}
