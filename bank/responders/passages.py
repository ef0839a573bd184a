"""Choose the paragraphs to quote: the one that answers best, one of another policy on its topic, more of its own."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from bank.knowledge import knowledge
from bank.responders.words import sentences, words

MOST_WORDS = 112
LATER = 0.25  # of its fit, what a paragraph keeps for each policy that the search put before its own
UNSAID = 0.3  # the weight of a paragraph that shares no word: the search may know better
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
    """Return the paragraph that shares most with the query, its companion and others of its policy, in their order.

    The companion is of another policy with the same topic. What finds no room is left out. The policies come in the
    order of the search; rare words weigh more.
    """
    if not policies:
        return []
    paragraphs, order = [paragraph(each) for each in policies], list(dict.fromkeys(each["id"] for each in policies))
    query_words = set(words(query))
    spread = Counter(word for each in paragraphs for word in each.own_words)
    kinds = [answer for question, answer in KINDS if question.search(query)]

    def fit(each: Paragraph) -> float:
        weight = UNSAID + sum(math.log(1 + len(paragraphs) / spread[word]) for word in query_words & each.own_words)
        likelier = KIND if any(kind.search(each.text) for kind in kinds) else 1.0
        return weight / math.sqrt(len(each.own_words) + 25) * likelier * LATER ** order.index(each.policy_id)

    first, *others = sorted(paragraphs, key=fit, reverse=True)
    own = [each for each in others if each.policy_id == first.policy_id]
    selection, room = [first], MOST_WORDS - len(first.text.split())
    for each in [*_companion(first, others), *own]:
        length = len(each.text.split())
        if length <= room:
            selection.append(each)
            room -= length
    return sorted(selection, key=paragraphs.index)


def _companion(first: Paragraph, others: list[Paragraph]) -> list[Paragraph]:
    """Return the fittest paragraph of another policy that answers the same topic, if there is one.

    Of a rule and its special case the words alone do not tell which is asked for; a reply that holds both answers.
    """
    topics = knowledge().topics_of([first.policy_id])
    return [
        each
        for each in others
        if each.policy_id != first.policy_id and topics & knowledge().topics_of([each.policy_id])
    ][:1]


def paragraph(policy: dict[str, str]) -> Paragraph:
    """Return the passage as a paragraph to quote, without sentences that only point to another policy."""
    text = " ".join(part for part in sentences(REFERENCE.sub("", policy["text"])) if not POINTER.search(part))
    return Paragraph(policy["id"], text or policy["text"], set(words(f"{policy['title']} {policy['text']}")))


def quote_reply(paragraphs: list[Paragraph], first: Iterable[str] = ()) -> dict[str, Any]:
    """Return `reply` and `citations` that quote these paragraphs, after the sentences of `first`."""
    reply = " ".join([OPENING, *first, *(each.text for each in paragraphs)])
    return {"reply": reply, "citations": list(dict.fromkeys(each.policy_id for each in paragraphs))}
