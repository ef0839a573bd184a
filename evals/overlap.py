"""How much of our own text can be found in texts from elsewhere: what we wrote must not be what others wrote."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

GRAM = 4  # words in a row that two texts rarely share by chance
NOT_WORDS = re.compile(r"[^\w\s]")


@dataclass(frozen=True, slots=True)
class Overlap:
    """`sharing` of `texts` have four words in a row that stand in a foreign text; `equal` are such texts themselves."""

    texts: int
    sharing: int
    equal: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of the texts that share words with a foreign one, 0 to 1."""
        return self.sharing / self.texts if self.texts else 0.0


def overlap(ours: Sequence[str], foreign: Iterable[str]) -> Overlap:
    """Compare our texts with foreign ones; case and punctuation do not count."""
    words = [_folded(text) for text in foreign]
    known, grams = set(words), {gram for each in words for gram in _grams(each)}
    folded = [(text, _folded(text)) for text in ours]
    sharing = sum(not grams.isdisjoint(_grams(each)) for _, each in folded)
    return Overlap(len(ours), sharing, tuple(text for text, each in folded if each in known))


def texts_of(folder: Path) -> list[str]:
    """The column `text` of every .csv file of a folder; none where there is no such folder."""
    return [row["text"] for file in sorted(folder.glob("*.csv")) for row in _rows(file) if row.get("text")]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def _folded(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(NOT_WORDS.sub("", text.casefold()).split())


def _grams(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {words[at : at + GRAM] for at in range(len(words) - GRAM + 1)}
