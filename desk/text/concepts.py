"""Concepts in a message: classes of words and phrases that mean alike, and the terms in which they stand together.

    "my nan was tricked by a caller"  ->  my KIN was TRICK by CALLER

What a model learns of one kinswoman and one trick then holds for all. A business names its concepts in a TOML file. A
pattern there is a regular expression over the message in lower case and plain spelling; earlier concepts are found
first, and what one has taken the next ones do not see.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from baton.errors import BadSetting
from baton.records import Record
from desk.tables import read_table

TOKEN = re.compile(r"[a-z\d']+|[^a-z\d']+")
WORD = re.compile(r"[\w']+")
REACH = 6  # concepts and small words, within which two count as standing together
SMALL_WORDS = frozenset(
    "i i'm i've i'll my me we our us you your he she his her it the a not no never nobody but who how what where can"
    " do don't didn't is isn't was wasn't have haven't hasn't has can't won't for from to with in will new want need"
    " please".split()
)
"""Words that say whose a thing is, and whether it is so."""
AUXILIARY = "do|does|did|is|are|was|were|has|have|had|could|would|should|must|ca|wo"
PLAIN = (
    (r"[\u2018\u2019`\u00b4]", "'"),
    (r"(?<=\d)[.,](?=\d)", ""),
    (r"\s+", " "),
    (r"\bcan ?not\b", "can't"),
    (rf"\b({AUXILIARY})(?:nt| not| n't)\b", r"\1n't"),
    (r"\bi ?(?:am|m)\b", "i'm"),
    (r"'s\b", " 's"),
)
"""Patterns of a message in lower case, each with what it becomes."""


class ConceptsFile(Record):
    """A file of concepts.

    `spelling` gives plain words for customers' own; `corrected` are words that are found with a letter too many, too
    few, or two in each other's place, except where that makes one of `correct`.
    """

    spelling: Mapping[str, str] = {}
    corrected: tuple[str, ...] = ()
    correct: tuple[str, ...] = ()
    concepts: Mapping[str, str]


class Concepts:
    """The concepts of one file, ready to be looked for."""

    def __init__(self, file: ConceptsFile) -> None:
        self.fingerprint = repr(file)
        """What tells these concepts from others."""
        self._spelling = {**_misspelt(file.corrected, {*file.correct, *file.corrected}), **file.spelling}
        self._patterns = {
            f" {name.upper()} ": re.compile(rf"(?<![\w'])(?:{pattern})(?![\w'])")
            for name, pattern in file.concepts.items()
        }

    def classed(self, message: str) -> str:
        """Return a message in plain spelling with the names of concepts, in capitals, for its words."""
        text = message.lower()
        for pattern, plain in PLAIN:
            text = re.sub(pattern, plain, text)
        text = "".join(self._spelling.get(token, token) for token in TOKEN.findall(text))
        for name, concept in self._patterns.items():
            text = concept.sub(name, text)
        return text

    def terms(self, message: str) -> set[str]:
        """Return the words and concepts of a message, the pairs of neighbours, and of what stands near together."""
        words = WORD.findall(self.classed(message))
        pairs = (f"{first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True))
        return {*words, *pairs, *_together(words)}


def _together(words: list[str]) -> Iterator[str]:
    telling = [word for word in words if word.isupper() or word in SMALL_WORDS]
    for index, first in enumerate(telling):
        yield from (f"{first}..{second}" for second in telling[index + 1 : index + 1 + REACH])


def _misspelt(words: tuple[str, ...], correct: set[str]) -> dict[str, str]:
    """Return the misspellings of some words, each with the word: one letter doubled, left out, or swapped."""
    found = dict[str, str]()
    for word in words:
        for at in range(len(word)):
            without, doubled = word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]
            swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
            found |= {each: word for each in (without, doubled, swapped) if at and each not in correct}
    return found


@lru_cache(maxsize=4)
def read_concepts(file: Path) -> Concepts:
    """Return the concepts of a file, read once.

    Raises:
        BadSetting: it cannot be read or does not fit, or a pattern of it is none.
    """
    try:
        return Concepts(read_table(file, ConceptsFile))
    except re.error as error:
        raise BadSetting(f"{file}: {error}") from None
