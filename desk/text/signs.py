"""Signs in a message: patterns for what a customer tells, and for what takes it back.

    "my card was stolen last night"             told
    "what do I do if my card gets stolen?"      supposed
    "my card was stolen last year"              long ago
    "I thought it was stolen, found it again"   taken back

A business names its kinds of signs in a TOML file. A pattern there is a regular expression over the message in lower
case and plain spelling. In it `{name}` stands for the file's word of that name, ` ~ ` for a few words of the same
sentence, ` ~~ ` for what stands between over sentences.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from baton.errors import BadSetting
from baton.records import Record
from desk.tables import read_table

TOKEN = re.compile(r"[a-z\d']+|[^a-z\d']+")
CLAUSE_END = re.compile(r"[.!?;,:]|\b(?:but|because|cause|cos|although|so)\b")
SENTENCE_END = re.compile(r"[.!?;]")
GAPS = ((" ~~ ", r"\b.{0,240}?\b"), (" ~ ", r"\b[^.!?;]{0,70}?\b"))
AUXILIARY = "do|does|did|is|are|was|were|has|have|had|could|would|should|must|ca|wo"
PLAIN = (
    (r"[\u2018\u2019`\u00b4]", "'"),
    (r"(?<=\d)[.,](?=\d)", ""),
    (r"[\r\n]+", " . "),
    (r"\s+", " "),
    (r"\bcan ?not\b", "can't"),
    (rf"\b({AUXILIARY})(?:nt| not| n't)\b", r"\1n't"),
    (r"\bi ?(?:am|m)\b", "i'm"),
)
"""Patterns of a message in lower case, each with what it becomes."""


class Withdrawal(Record):
    """A pattern that takes a sign back where it stands before it in its clause, in its sentence, or anywhere."""

    where: Literal["before", "sentence", "message"]
    pattern: str
    always: bool = False
    """Whether it also takes back what no sign tells, wherever it stands."""


class Kind(Record):
    """A kind of signs: its reason in words, its patterns, and the names of the withdrawals that it knows."""

    reason: str
    withdrawn_by: tuple[str, ...] = ()
    signs: tuple[str, ...]


class SignsFile(Record):
    """A file of signs.

    `spelling` gives plain words for customers' own; `corrected` are words that are found with a letter too many, too
    few, or two in each other's place, except where that makes one of `correct`.
    """

    words: Mapping[str, str] = {}
    spelling: Mapping[str, str] = {}
    corrected: tuple[str, ...] = ()
    correct: tuple[str, ...] = ()
    withdrawals: Mapping[str, Withdrawal] = {}
    kind: tuple[Kind, ...]


Checks = list[tuple[str, re.Pattern[str]]]


class Signs:
    """The signs of one file, ready to be looked for."""

    def __init__(self, file: SignsFile) -> None:
        self._spelling = {**_misspelt(file.corrected, {*file.correct, *file.corrected}), **file.spelling}
        self._withdrawals = [_pattern(each.pattern, file.words) for each in file.withdrawals.values() if each.always]
        self._kinds = [(each.reason, *_compiled(file, each)) for each in file.kind]

    def told_in(self, message: str) -> list[str]:
        """Return the reasons of all kinds that a message tells, in the file's order."""
        text = self._plain(message)
        return [reason for reason, signs, checks in self._kinds if any(_stands(text, each, checks) for each in signs)]

    def is_withdrawn(self, message: str) -> bool:
        """Return whether a message has anything that takes signs back, wherever it stands."""
        text = self._plain(message)
        return any(pattern.search(text) for pattern in self._withdrawals)

    def _plain(self, message: str) -> str:
        text = message.lower()
        for pattern, plain in PLAIN:
            text = re.sub(pattern, plain, text)
        return "".join(self._spelling.get(token, token) for token in TOKEN.findall(text))


def _compiled(file: SignsFile, kind: Kind) -> tuple[list[re.Pattern[str]], Checks]:
    withdrawals = [file.withdrawals[name] for name in kind.withdrawn_by]
    checks: Checks = [(each.where, _pattern(each.pattern, file.words)) for each in withdrawals]
    return [_pattern(each, file.words) for each in kind.signs], checks


def _pattern(text: str, words: Mapping[str, str]) -> re.Pattern[str]:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", f"(?:{word})")
    for mark, gap in GAPS:
        text = text.replace(mark, gap)
    return re.compile(rf"(?<![\w'])(?:{text})(?![\w'])")


def _misspelt(words: tuple[str, ...], correct: set[str]) -> dict[str, str]:
    """Return the misspellings of some words, each with the word: one letter doubled, left out, or swapped."""
    found = dict[str, str]()
    for word in words:
        for at in range(len(word)):
            without, doubled = word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]
            swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
            found |= {each: word for each in (without, doubled, swapped) if at and each not in correct}
    return found


def _stands(text: str, sign: re.Pattern[str], checks: Checks) -> bool:
    """Return whether a message has a sign that nothing takes back."""
    return any(not _is_withdrawn(text, match, checks) for match in sign.finditer(text))


def _is_withdrawn(text: str, match: re.Match[str], checks: Checks) -> bool:
    start, end = match.span()
    ends = [each.end() for each in CLAUSE_END.finditer(text, 0, start)]
    before = text[ends[-1] if ends else 0 : start]
    starts = [each.end() for each in SENTENCE_END.finditer(text, 0, start)]
    rest = SENTENCE_END.search(text, end)
    sentence = text[starts[-1] if starts else 0 : rest.start() if rest else len(text)]
    places = {"before": before, "sentence": sentence, "message": text}
    return any(pattern.search(places[where]) for where, pattern in checks)


@lru_cache(maxsize=4)
def read_signs(file: Path) -> Signs:
    """Return the signs of a file, read once.

    Raises:
        BadSetting: it cannot be read or does not fit, or a pattern of it is none.
    """
    try:
        return Signs(read_table(file, SignsFile))
    except (KeyError, re.error) as error:
        raise BadSetting(f"{file}: {error}") from None
