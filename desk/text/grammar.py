"""The grammar of a sentence, as far as code needs it to tell a claim from a condition, a denial or a question."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from desk.text.plain import plain

LONGEST = 600  # characters of what is read as one sentence
NEAR = 160  # characters before a verb in which a conjunction still governs it

CONDITION = (
    r"(?:if|when|whenever|once(?! again| more| and for all)|unless|until|till|whether|while|after|before|provided"
    r"|assuming|suppose|supposing|as soon as|as long as|in case|where|wherever|should (?:you|your|the|it)|or else|whose"
    r"|how|why|than|whichever)"
)
DIRECTLY = re.compile(rf"\b(?!while){CONDITION}(?: or not| only| ever| that)? $")
GOVERNED = re.compile(rf"\b{CONDITION}\b[^,;:()]*$")
TOLD = re.compile(
    r"\b(?:(?:will|'ll|can|may) (?:also |now |then )?(?:see|find|notice|discover)|please (?:note|know|find|see))\b"
)
CONDITIONAL = re.compile(
    rf"\b{CONDITION}\b|\b(?:within|after|until|by you|usually|normally|always|generally|often|sometimes|automatically"
    r"|monthly|daily|weekly|yearly|per|every|each|only when|in the app under)\b"
)
ASKS = re.compile(
    r"(?:and |but |so |or )?(?:is|are|was|were|has|have|had|do|does|did|can|could|would|will|shall|may|which|what|when"
    r"|where|who|why|how)\b"
)
DENIED = re.compile(
    r"\b(?:no|nothing|none|neither|nor|nobody|not a|not one|any|each|every)\b(?: of (?:your|the|these|those))?"
    r"(?:(?!\b(?:your|the|our)\b)[^,;:()]){0,30}$"
)
ASIDE = re.compile(r"\b(has|have|had|was|were|is|are|been|will|we|i|'ve|'s), [^,;:]{1,40}, ")
"""Words between commas that part a verb: "has, as you asked, been frozen"."""
BOUNDARY = re.compile(r"[,;:()]|\s-+\s|\b(?:and|but|so|because|since|then)\b")


MARKS = dict.fromkeys(map(ord, '*_#~"[]{}|\u201c\u201d\u2713\u2714\u2705'), " ")


SPLIT = re.compile(r"(?<=[.!?])[\s)*_\"']+|[\n;\u2022]|(?<=[.!?])(?=[A-Z])")
WRAPPED = re.compile(r"(?<![.!?:;,\s])\n(?=[^\W\d])")
"""The end of a line inside a sentence."""
CHAIN = re.compile(r"\b(?:[^\W\d_]+-){3,20}[^\W\d_]+")
DIGITS = re.compile(r"(?<=[a-z])[0135](?=[a-z])")
LETTERS = str.maketrans("0135", "oies")
"""Digits inside a word that stand for letters: "fr0zen"."""


class Sentence(NamedTuple):
    """One sentence in lower case, with what holds for the whole of it."""

    text: str
    asks: bool
    conditional: bool

    def lead(self, position: int) -> str:
        """Return what stands before a verb and may govern it; a reader who is told to look is not a condition."""
        before = self.text[max(0, position - NEAR) : position]
        return TOLD.split(before)[-1]

    def directly_governed(self, position: int) -> bool:
        """Return whether a conjunction stands right before a position."""
        return DIRECTLY.search(self.lead(position)) is not None

    def governed(self, position: int) -> bool:
        """Return whether a conjunction makes a condition, or a relative clause, of the clause at a position."""
        return GOVERNED.search(self.lead(position)) is not None

    def clause(self, start: int, end: int) -> str:
        """Return the clause around a match: up to the nearest commas, colons and conjunctions."""
        before = list(BOUNDARY.finditer(self.text, max(0, start - NEAR), start))
        after = BOUNDARY.search(self.text, end)
        return self.text[before[-1].end() if before else max(0, start - NEAR) : after.start() if after else end + NEAR]


def sentences_of(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text, in lower case and plain characters; what stands in brackets is one of its own."""
    lines = CHAIN.sub(lambda match: match.group().replace("-", " "), plain(text))
    parts = [*SPLIT.split(lines), *(SPLIT.split(WRAPPED.sub(" ", lines)) if WRAPPED.search(lines) else [])]
    for part in dict.fromkeys(parts):
        yield from map(_sentence, _pieces(re.sub(r"\([^()]*\)", " ", part)))
        for inner in re.findall(r"\(([^()]*)\)", part):
            yield from map(_sentence, _pieces(inner))


def _pieces(part: str) -> Iterator[str]:
    words = " ".join(DIGITS.sub(_as_letter, part.translate(MARKS).lower()).split())
    words = ASIDE.sub(r"\1 ", re.sub(r" -+ ", ", ", words).strip(" -'>"))
    words = re.sub(r" +([.,!?])", r"\1", words)
    return (words[start : start + LONGEST] for start in range(0, len(words), LONGEST))


def _as_letter(match: re.Match[str]) -> str:
    return match.group().translate(LETTERS)


def _sentence(words: str) -> Sentence:
    asks = words.endswith("?") and ASKS.match(words) is not None
    return Sentence(words, asks, CONDITIONAL.search(TOLD.split(words)[-1]) is not None)
