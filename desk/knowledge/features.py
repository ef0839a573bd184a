"""The features of a message: its words, pairs of words and groups of letters, weighted (TF-IDF) and normed.

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
WORD = r"(?u)\w+"
INSIDE_WORD = re.compile(r"(?<=\w)['\u2019](?=\w)")
BETWEEN_WORDS = re.compile(r"[^\w\s]|_")
WORDS_AT_ONCE = 2
LETTERS_AT_ONCE = (2, 4)


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """The terms of one kind, each with its index among all features and its weight."""

    indices: dict[str, int]
    weights: Floats  # of all features, this kind's and the others'

    def vector(self, terms: Iterator[str]) -> tuple[Indices, Floats]:
        """Return the indices of the known terms (rising) and their values: a vector of length 1, or empty."""
        counts = Counter(self.indices[term] for term in terms if term in self.indices)
        indices = np.array(sorted(counts), dtype=np.int32)
        numbers = (1 + np.log([counts[index] for index in indices.tolist()])) * self.weights[indices]
        return indices, numbers / np.sqrt(numbers @ numbers) if numbers.size else numbers


class Features:
    """Turns a message into its features: their indices (n) among all features and their values (n)."""

    def __init__(self, words: Sequence[str], letters: Sequence[str], weights: Floats) -> None:
        self._words = Terms({term: index for index, term in enumerate(words)}, weights)
        self._letters = Terms({term: index for index, term in enumerate(letters, len(words))}, weights)

    def of(self, message: str) -> tuple[Indices, Floats]:
        """Return the indices (n) and values (n) of a message's features."""
        text = normal(message)
        kinds = self._words.vector(_words(text)), self._letters.vector(_letters(text))
        return np.concatenate([indices for indices, _ in kinds]), np.concatenate([numbers for _, numbers in kinds])


def normal(text: str) -> str:
    """Return a text in the form that is compared: lower case, every number 0, no punctuation ("don't" is "dont")."""
    words = BETWEEN_WORDS.sub(" ", INSIDE_WORD.sub("", text.lower()))
    return re.sub(r"\d+", "0", words)


def as_bytes(names: Sequence[str]) -> NDArray[np.uint8]:
    """Return texts as an array of bytes (JSON), which needs no pickle."""
    return np.frombuffer(json.dumps(list(names)).encode(), dtype=np.uint8)


def as_names(array: NDArray[Any]) -> list[str]:
    """Return the texts of such an array; raises ValueError where it holds none."""
    names = json.loads(array.tobytes())
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise ValueError("no list of texts")
    return names


def _words(text: str) -> Iterator[str]:
    words = re.findall(WORD, text)
    yield from words
    for first, second in pairwise(words):
        yield f"{first} {second}"


def _letters(text: str) -> Iterator[str]:
    """Yield the groups of letters inside words; the blank around a word counts, and a short word counts once."""
    fewest, most = LETTERS_AT_ONCE
    for word in text.split():
        spaced = f" {word} "
        for size in range(fewest, min(most, len(spaced)) + 1):
            yield from (spaced[start : start + size] for start in range(len(spaced) - size + 1))
