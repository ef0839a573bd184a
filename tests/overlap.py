"""The overlap of our own texts with texts from elsewhere: our examples must not repeat those of others."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

GRAM = 4  # words in a row that two texts rarely share by chance
NOT_WORDS = re.compile(r"[^\w\s]")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of `texts`, `sharing` have words in a row that stand in a foreign text; `equal` are such texts themselves."""

    texts: int
    sharing: tuple[str, ...]
    equal: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of the texts that share words with a foreign one, 0 to 1."""
        return len(self.sharing) / self.texts if self.texts else 0.0


def overlap(ours: Sequence[str], foreign: Iterable[str], in_a_row: int = GRAM) -> Overlap:
    """Return the overlap of our texts with foreign ones; case and punctuation are ignored.

    Texts share words where they have `in_a_row` of them in the same order; one without words is equal to none.
    """
    words = [_words(text) for text in foreign]
    foreign_texts, grams = set(words) - {()}, {gram for each in words for gram in _grams(each, in_a_row)}
    pairs = [(text, _words(text)) for text in ours]
    sharing = tuple(text for text, each in pairs if not grams.isdisjoint(_grams(each, in_a_row)))
    return Overlap(len(ours), sharing, tuple(text for text, each in pairs if each in foreign_texts))


def texts_of(folder: Path) -> list[str]:
    """Return the column `text` of every .csv file of a folder; empty where there is no such folder."""
    return [row["text"] for file in sorted(folder.glob("*.csv")) for row in _rows(file) if row.get("text")]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without punctuation."""
    return tuple(NOT_WORDS.sub("", text.casefold()).split())


def _grams(words: tuple[str, ...], in_a_row: int) -> set[tuple[str, ...]]:
    return {words[at : at + in_a_row] for at in range(len(words) - in_a_row + 1)}
