"""What the router sees of a message: its words, pairs of words and groups of letters, weighted (TF-IDF) and normed.

The same numbers as scikit-learn's `TfidfVectorizer`, which learns the terms and weights; here with numpy alone.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
WORD = r"(?u)\b\w[\w']*"
WORDS_AT_ONCE = 2
LETTERS_AT_ONCE = (2, 4)


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """Some terms of one kind, each with its place among all features and its weight."""

    places: dict[str, int]
    weights: Floats  # of all features, this kind's and the others'

    def found(self, terms: Iterator[str]) -> tuple[Indices, Floats]:
        """The places of the known ones (rising), and their numbers: a vector of length 1, or empty."""
        counts = Counter(self.places[term] for term in terms if term in self.places)
        places = np.array(sorted(counts), dtype=np.int32)
        numbers = (1 + np.log([counts[place] for place in places.tolist()])) * self.weights[places]
        return places, numbers / np.sqrt(numbers @ numbers) if numbers.size else numbers


class Features:
    """Turns a message into numbers: `places` (n) among all features and `numbers` (n)."""

    def __init__(self, words: Sequence[str], letters: Sequence[str], weights: Floats) -> None:
        self._words = Terms({term: place for place, term in enumerate(words)}, weights)
        self._letters = Terms({term: place for place, term in enumerate(letters, len(words))}, weights)

    def of(self, message: str) -> tuple[Indices, Floats]:
        """The features that a message has, and how much of each."""
        text = normal(message)
        kinds = self._words.found(_words(text)), self._letters.found(_letters(text))
        return np.concatenate([places for places, _ in kinds]), np.concatenate([numbers for _, numbers in kinds])


def normal(text: str) -> str:
    """A text as it is compared: small letters, every number the same."""
    return re.sub(r"\d+", "0", text.lower().replace("\u2019", "'"))


def as_bytes(names: Sequence[str]) -> NDArray[np.uint8]:
    """Texts as an array that needs no pickle."""
    return np.frombuffer(json.dumps(list(names)).encode(), dtype=np.uint8)


def as_names(kept: NDArray[Any]) -> list[str]:
    """The texts again; ValueError where these are none."""
    names = json.loads(kept.tobytes())
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise ValueError("no list of texts")
    return names


def _words(text: str) -> Iterator[str]:
    words = re.findall(WORD, text)
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"


def _letters(text: str) -> Iterator[str]:
    """The groups of letters inside words; the blank around a word counts, and a short word counts once."""
    fewest, most = LETTERS_AT_ONCE
    for word in text.split():
        padded = f" {word} "
        for size in range(fewest, min(most, len(padded)) + 1):
            yield from (padded[start : start + size] for start in range(len(padded) - size + 1))
