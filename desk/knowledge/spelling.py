"""Corrects typing errors by the desk's own words, for routing and search; what a customer wrote stays as it is.

A word that neither the policies nor the examples know is taken for the known word that one slip of a finger away: a
letter left out, added, exchanged, or in its neighbour's place. No dictionary of a language is needed, and no model.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]{4,24}(?!['\u2019]?\w)")
SHORTEST = 4  # letters of a known word that a longer or shorter one is corrected to
SURE = 3  # occurrences of a word that others are corrected to: examples hold typing errors too


class Spelling:
    """The words that a desk knows: those of `texts` and of `checked`, whose spelling is right."""

    def __init__(self, texts: Iterable[str], checked: Iterable[str]) -> None:
        spoken, written = Counter(_words(texts)), Counter(_words(checked))
        self._counts = spoken + written
        self._shortened = defaultdict[str, list[str]](list)
        for word in self._counts:
            if self._counts[word] >= SURE or word in written:
                for shorter in {word, *_shortened(word)}:
                    self._shortened[shorter].append(word)
        self._correction = lru_cache(maxsize=10_000)(self._nearest)
        self._corrected = lru_cache(maxsize=256)(self._with_known_words)  # several steps of a run read the same text

    def corrected(self, text: str) -> str:
        """Return a text with each unknown word that is one slip away from a known one replaced by that, in lower case.

        Of several the one with the same first letter, then the most frequent.
        """
        return self._corrected(text)

    def _with_known_words(self, text: str) -> str:
        return WORD.sub(lambda match: self._correction(match[0].lower()) or match[0], text)

    def _nearest(self, word: str) -> str | None:
        if word in self._counts:
            return None
        candidates = {each for shorter in (word, *_shortened(word)) for each in self._shortened.get(shorter, ())}
        near = [each for each in candidates if len(each) >= SHORTEST and _one_slip(word, each)]
        return max(near, key=lambda each: (each[0] == word[0], self._counts[each], each), default=None)


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from WORD.findall(text.lower())


def _shortened(word: str) -> Iterator[str]:
    """Yield the word without one letter, for each letter."""
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _one_slip(word: str, other: str) -> bool:
    """Return whether two different words that share a shortened form are one slip apart."""
    if len(word) != len(other):
        return abs(len(word) - len(other)) == 1
    apart = [at for at in range(len(word)) if word[at] != other[at]]
    if len(apart) == 1:
        return True
    first, second = apart[0], apart[-1]
    return len(apart) == 2 and second == first + 1 and word[first] == other[second] and word[second] == other[first]  # noqa: PLR2004
