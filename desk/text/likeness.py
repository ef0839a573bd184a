"""Likeness of a message to examples of several kinds: naive Bayes over words, pairs of words and word beginnings.

It is computed from the examples when it is made (a fraction of a second), without a file and without a library.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt

WORD = re.compile(r"[a-z']+|0")
BEGINNING = 5  # letters by which words of one family are taken together
UNSEEN = 0.25  # of an occurrence, for a term that a kind does not have
FEW = 4  # terms by which a short message is held to be less sure
Weights = Mapping[str, float]


class Likeness:
    """Examples by kind, against those that are none of them."""

    def __init__(self, kinds: Mapping[str, Sequence[str]], others: Sequence[str]) -> None:
        none, all_kinds = _counts(others), [each for examples in kinds.values() for each in examples]
        self._any = _weights(_counts(all_kinds), len(all_kinds), none, len(others))
        self._kinds = {
            kind: _weights(_counts(examples), len(examples), none, len(others)) for kind, examples in kinds.items()
        }

    def nearest(self, message: str) -> tuple[str, float]:
        """Return the kind that a message is most like, and how much: 0 for as much as the others, more for more."""
        terms = _terms(message)
        likeness = {kind: _mean(terms, weights) for kind, weights in self._kinds.items()}
        best = max(likeness, key=lambda kind: likeness[kind])
        return best, likeness[best] + _mean(terms, self._any)


def _terms(message: str) -> set[str]:
    text = re.sub(r"\d+", "0", message.lower().replace("\u2019", "'"))
    words = WORD.findall(re.sub(r"n'?t\b", "n't", text))
    pairs = (f"{first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True))
    return {*words, *pairs, *(f"{word[:BEGINNING]}~" for word in words if len(word) > BEGINNING)}


def _counts(examples: Iterable[str]) -> Counter[str]:
    return Counter(term for example in examples for term in _terms(example))


def _weights(counts: Counter[str], size: int, none: Counter[str], none_size: int) -> Weights:
    """Return the logarithm of how much more often each term occurs in examples of a kind than in the others."""
    ratio = log(none_size + 2 * UNSEEN) - log(size + 2 * UNSEEN)
    return {term: log((counts[term] + UNSEEN) / (none[term] + UNSEEN)) + ratio for term in counts.keys() | none.keys()}


def _mean(terms: Iterable[str], weights: Weights) -> float:
    known = [weights[term] for term in terms if term in weights]
    return sum(known) / sqrt(len(known) + FEW)
