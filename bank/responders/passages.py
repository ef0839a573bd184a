"""Choose what to quote: the paragraph of the policies that answers best, and a second that does nearly."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from bank.responders.words import sentences, words

MOST_WORDS = 80
ALSO = 0.65  # of the best paragraph's fit: a second one of the same policy worth adding
ELSEWHERE = 0.9  # the same, of another policy
RANK = 0.08  # what a paragraph loses for each place that the search put it lower
OPENING = "Thank you for your message."
KIND = 1.4  # how much likelier a paragraph is that holds the kind of thing asked for
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
"""What is asked, and what its answer has in it."""


class Paragraph(NamedTuple):
    """One passage as it was given, and the words that it is found by."""

    policy_id: str
    text: str
    own_words: set[str]


def best(query: str, policies: list[dict[str, str]]) -> list[Paragraph]:
    """The paragraph that shares most with what is asked, rare words weighing more, and a second that does nearly."""
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
    """The passage as it is shown: without what only points to another policy."""
    text = " ".join(part for part in sentences(REFERENCE.sub("", policy["text"])) if not POINTER.search(part))
    return Paragraph(policy["id"], text or policy["text"], set(words(f"{policy['title']} {policy['text']}")))


def quote_reply(paragraphs: list[Paragraph], first: Iterable[str] = ()) -> dict[str, Any]:
    """`reply` and `citations` that rest on some paragraphs; `done` says what was done, ahead of them."""
    reply = " ".join([OPENING, *first, *(each.text for each in paragraphs)])
    return {"reply": reply, "citations": list(dict.fromkeys(each.policy_id for each in paragraphs))}
