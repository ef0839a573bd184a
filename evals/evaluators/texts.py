"""Find expected words in texts. Functions of values."""

import re
from collections.abc import Sequence

WORD = re.compile(r"\w+(?:['\u2019.,]\w+)*")
SAME = 0.5  # of the words of the shorter text, for two texts to mean the same words of a message


def holds(text: str, wanted: str) -> bool:
    """Return whether a text holds `wanted`, not as a part of a longer word or number."""
    pattern = rf"(?<![\w.,]){re.escape(' '.join(wanted.split()))}(?!\w|[.,][0-9])"
    return re.search(pattern, " ".join(text.split()), re.IGNORECASE) is not None


def pairs_of_words(expected: Sequence[str], given: Sequence[str]) -> int:
    """Return how many expected texts have a given one of their own that shares most of its words with it."""
    left, hits = [_words(each) for each in given], 0
    for words in map(_words, expected):
        best = max(left, key=lambda other: _overlap(words, other), default=None)
        if best is not None and _overlap(words, best) >= SAME:
            left.remove(best)
            hits += 1
    return hits


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.casefold().replace("\u2019", "'")))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the words of the shorter text that stand in the other, 0 to 1."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0
