"""Clauses of a customer's text: the places where a second request can begin, found by grammar alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from desk.text.asking import (
    ALSO,
    ASKS,
    MODAL,
    NEED,
    OPENER,
    POLITE,
    ROOT,
    SUBORDINATE,
    TURN,
    UNFINISHED,
    VERB,
    WH,
    WH_IS,
)
from desk.text.lists import stretches

Border = Literal["item", "also", "line", "sentence", "joint", "run", "splice", "or"]
"""Why a clause may begin something new.

The mark of a list ("item"), words such as "by the way" ("also"), a new line, a new sentence, a conjunction
("joint"), a comma or the word order of a question alone ("run"), a comma that stands for a full stop ("splice"); an
"or" only begins an alternative.
"""

LONGEST = 400  # characters of a clause; a longer one is cut at a blank, so that no later step reads much at once
WRAPPED = 55  # characters of a line that may be broken because it is full
SENTENCE = re.compile(
    r"(?<=[.!?;\u2026\u3002\uff1f\uff01])[\"'\u201d\u2019)\]]*\s+|(?<=[?!])(?=[^\W\d_])|(?!(?<=\s)\s)\s*\n\s*"
)
SHORT = re.compile(
    r"\b(?:e\.g|i\.e|mr|mrs|ms|dr|no|nr|approx|st|vs|incl|max|min|tel|acc|ref|a\.m|p\.m|etc|[a-z])\.$", re.IGNORECASE
)
ANEW = (
    rf"(?:{NEED}(?!\s+(?:my\s+money|it|this|that|them)\b)|(?:my|our|someone|somebody|need|want|got)\b|there['\u2019]?s\b"
    rf"|{VERB}\s+(?:the|my|an?|our|his|her|that|this|me|it)\b"
    r"|(?!(?:and|or|but|so|as|if|when|where|while|who|whose|which|that|because|since|then|it|they|he|she|this|these)\b)"
    r"(?:[\w'\u2019]+\s+){1,4}(?:(?:is|are|was|were|has|have|had|does|did)(?:n['\u2019]?t)?|(?:do|ca|wo)n['\u2019]?t"
    r"|says?|needs?|never|keeps?|shows?|came|went|got|took|charged)\b)"
)
"""How a sentence begins behind a comma that stands for a full stop."""
JOINT = re.compile(
    rf"(?!(?<=\s)\s)(?:\s*[,:\u2013\u2014]\s*|\s+-+\s+|\s+)(?P<word>(?:and|also|plus|as\s+well\s+as|then|besides|so(?=\s+(?:{POLITE}|{VERB})\b)|or|n|oh)\b|&|\+)[\s,:]*(?={OPENER})"
    rf"|(?P<comma>(?!(?<=\s)\s)(?:\s*[,\u2013\u2014]\s*|\s+-+\s+))"
    rf"(?={WH}\b|{WH_IS}\b|{ROOT}\b|{POLITE}\s+{VERB}\b|{TURN})"
    rf"|(?P<splice>(?!(?<=\s)\s)\s*,\s*)(?={ANEW})"
    rf"|(?<!\s)\s+(?={WH}\s+(?:\w+\s+){{0,2}}{ROOT}\b|{WH_IS}\s|{MODAL}\s+(?:i|you|u|we|my|the)\b|(?:is|are)\s+(?:there|it|my)\b"
    rf"|{TURN}(?=\s*,|\s+(?:whether|{WH}|{WH_IS}|{ROOT}|{POLITE}|{VERB}|{NEED}|i|my|any|is|are|do|does)\b)|{POLITE}\s+(?:can\s+you\s+)?{VERB}\b|{NEED})",
    re.IGNORECASE,
)
"""What may part two clauses. It begins at no blank behind a blank: each of a thousand would be read to the last."""

TURN_ALONE = re.compile(rf"\W*(?:(?:and|oh|ok|but|so|then)\W+)*{TURN}\W*", re.IGNORECASE)
PHRASE = re.compile(
    r"\b(?:how|the|an?|my|your|our|of|about|against|and|or|but|is|are|was|i|we|because|that|if|when|have|has|had|be|been|both|between|either"
    r"|whether|(?:can|could|would|should|do|does|did|will)(?:\s+you)?)\s*$",
    re.IGNORECASE,
)
EMBEDDED = re.compile(rf"\b{WH}(?:\s+[\w'\u2019-]+){{1,8}}\s+(?:is|are|was|were)\s*$", re.IGNORECASE)
"""A question within a sentence, whose verb comes last: "how far along my order is"."""
WAITS = re.compile(rf"{PHRASE.pattern}|{SUBORDINATE}", re.IGNORECASE)
LINE_OPENER = re.compile(OPENER, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a text: its letters from `start` to `end` in the text, and why it may begin something new."""

    text: str
    start: int
    end: int
    border: Border

    @property
    def asks(self) -> bool:
        """Whether it asks a question or for something to be done."""
        alone = self.text if self.border != "joint" else self.text.rstrip("?! ")  # "in Japan and Korea?"
        return bool(ASKS.search(alone))


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a text in their order: all its words but the marks of lists and the conjunctions between.

    They are cut wherever a second request can begin, so more often than one does.
    """
    found, turn = list[Clause](), None
    for start, end, is_item in stretches(text):
        for first, last, border in _pieces(text, start, end, is_item=is_item):
            clause = _clause(text, first if turn is None else turn, last, border if turn is None else "also")
            turn = clause.start if clause and TURN_ALONE.fullmatch(clause.text) else None
            if clause and turn is None:
                found.append(clause)
    return found if turn is None else [*found, Clause(text[turn:].strip(), turn, len(text.rstrip()), "also")]


def _clause(text: str, start: int, end: int, border: Border) -> Clause | None:
    words = text[start:end]
    if not (content := words.strip()):
        return None
    start += len(words) - len(words.lstrip())
    turns = border not in ("item", "or") and ALSO.match(content)
    return Clause(content, start, start + len(content), "also" if turns else border)


def _pieces(text: str, start: int, end: int, *, is_item: bool) -> Iterator[tuple[int, int, Border]]:
    """Yield start, end and border of the clauses of an item or of a stretch between."""
    for first, last, border in _sentences(text, start, end):
        own: Border = "item" if is_item and first == start else border
        for begin, stop, joined in _halves(text, first, last):
            yield from _short(text, begin, stop, joined or own)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int, Border]]:
    border: Border = "line"
    for gap in SENTENCE.finditer(text, start, end):
        if kind := _border(text, gap, start):
            yield start, gap.start(), border
            start, border = gap.end(), kind
    yield start, end, border


def _border(text: str, gap: re.Match[str], start: int) -> Border | None:
    """Return the border that a gap between two parts is; None where the sentence only goes on after it."""
    if "\n" not in gap.group():
        return None if SHORT.search(text, max(start, gap.start() - 8), gap.start()) else "sentence"
    before = text[max(start, gap.start() - LONGEST) : gap.start()].rpartition("\n")[2]
    if gap.group().count("\n") > 1 or not before or before[-1] in ".!?;:":
        return "line"
    if PHRASE.search(before):
        return None
    goes_on = (
        len(before) >= WRAPPED and text[gap.end() : gap.end() + 1].islower() and not LINE_OPENER.match(text, gap.end())
    )
    return "joint" if goes_on else "line"


def _halves(text: str, start: int, end: int) -> Iterator[tuple[int, int, Border | None]]:
    """Yield the clauses of a sentence, each with its border; the first has none of its own."""
    border: Border | None = None
    for joint in JOINT.finditer(text, start, end):
        word, before = (joint["word"] or "").lower(), text[start : joint.start()][-LONGEST:]
        comma = joint["comma"] or joint["splice"]
        if not before.strip() or (joint["word"] is comma is None and before.rstrip().endswith(",")):
            continue  # a comma that opens nothing
        unfinished = PHRASE if word not in ("", "also") else WAITS if comma else UNFINISHED
        if unfinished.search(before) and not EMBEDDED.search(before):
            continue
        yield start, joint.start(), border
        start = joint.end()
        border = "splice" if joint["splice"] else _border_of(word)
    yield start, end, border


def _border_of(word: str) -> Border:
    if word in ("also", "plus", "besides"):
        return "also"
    return "or" if word == "or" else "joint" if word else "run"


def _short(text: str, start: int, end: int, border: Border) -> Iterator[tuple[int, int, Border]]:
    """Yield a clause, cut at blanks where it is too long to be one."""
    while end - start > LONGEST:
        cut = text.rfind(" ", start + 1, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        yield start, cut, border
        start, border = cut, "run"
    yield start, end, border
