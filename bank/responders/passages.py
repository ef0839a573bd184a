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
    held: set[str]


def best(asked: str, policies: list[dict[str, str]]) -> list[Paragraph]:
    """The paragraph that shares most with what is asked, rare words weighing more, and a second that does nearly."""
    if not policies:
        return []
    known, wanted = [paragraph(each) for each in policies], set(words(asked))
    spread = Counter(word for each in known for word in each.held)
    kinds = [answer for question, answer in KINDS if question.search(asked)]

    def fit(index: int) -> float:
        held, text = known[index].held, known[index].text
        shared = sum(math.log(1 + len(known) / spread[word]) for word in wanted & held)
        likelier = KIND if any(kind.search(text) for kind in kinds) else 1.0
        return shared / math.sqrt(len(held) + 25) * (1 - RANK * index) * likelier

    fits = [fit(index) for index in range(len(known))]
    first = max(range(len(known)), key=lambda index: fits[index])

    def worth(index: int) -> float:
        share = ALSO if known[index].policy_id == known[first].policy_id else ELSEWHERE
        return 0.0 if index == first else fits[index] / (share * fits[first] or 1.0)

    second = max(range(len(known)), key=worth)
    second = second if worth(second) >= 1 else first
    chosen = [known[index] for index in sorted({first, second})]
    return chosen if sum(len(each.text.split()) for each in chosen) <= MOST_WORDS else [known[first]]


def paragraph(policy: dict[str, str]) -> Paragraph:
    """The passage as it is shown: without what only points to another policy."""
    kept = " ".join(part for part in sentences(REFERENCE.sub("", policy["text"])) if not POINTER.search(part))
    return Paragraph(policy["id"], kept or policy["text"], set(words(f"{policy['title']} {policy['text']}")))


def worded(chosen: list[Paragraph], done: Iterable[str] = ()) -> dict[str, Any]:
    """`reply` and `citations` that rest on some paragraphs; `done` says what was done, ahead of them."""
    reply = " ".join([OPENING, *done, *(each.text for each in chosen)])
    return {"reply": reply, "citations": list(dict.fromkeys(each.policy_id for each in chosen))}
