"""Find the separate requests of a message, each with the story that belongs to it."""

import math
import re
from dataclasses import dataclass
from typing import Any

from bank.clerk.wishes import wish
from bank.knowledge import knowledge
from bank.responders.confirmation import QUESTION
from bank.responders.words import words
from baton.offline.transport import Request
from desk.records import OTHER

SURE = 0.6  # of the routes of two parts that ask, to tell them apart
SURER = 0.9  # the same, of a part that asks and the story before it
AHEAD = 3  # words that carry meaning, before an "it" that may mean one of them
FEWEST = 2  # words that carry meaning, in a part that can stand by itself
ROOM = 2_000  # characters of all requests: a model's answer has a cap too
LONGEST = 600  # characters of a sentence that is looked through for two requests
NEAR = 3  # parts of what stands before that say what a part goes on with
PART = re.compile(r"(?<=[.!?;])\s+|\n+")
ITEM = "\0"  # stands for the mark of an item in a list; no message holds one
BULLET = re.compile(r"(?:^|(?<=\n))\s*[-*\u2022]\s+|(?:^|(?<=\s))\(?[1-9][0-9]?[.)]\s+(?=[^\W\d_])")
JOINT = re.compile(  # where a sentence may go on with another request
    r"(?:,\s*|\s+)(?:and|also|plus|then|besides)\s+(?:also\s+|then\s+|secondly\s+)?"
    r"(?=(?:please|can|could|would|how|what|when|where|why|is there|do|does|tell me|i(?:'d| would| want| need)"
    r"|raise|lower|freeze|block|refund|close|send|order|dispute)\b)",
    re.IGNORECASE,
)
ALSO = re.compile(
    r"^\W*(?:(?:and )?also\b|plus\b|besides\b|secondly\b|thirdly\b|finally\b|additionally\b|furthermore\b|next\b"
    r"|another (?:thing|question)\b|one more (?:thing|question)\b|on another note\b|by the way\b|btw\b)",
    re.IGNORECASE,
)
AND = re.compile(r"^\W*and\b", re.IGNORECASE)
BACK = re.compile(  # words that mean something named before
    r"\b(?:it|its|they|them|their|he|she|this|that|these|those|one|ones|the same|both|there|so"
    r"|the (?:money|payment|second|other|amount|refund))\b",
    re.IGNORECASE,
)
EMPTY_IT = re.compile(
    r"\bit (?:cost|possible|free)\b|\b(?:is|are) there\b|\bthere (?:is|are)\b|\bthis (?:morning|week|month|year)\b",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"\?|\b(?:please|(?:i|we) (?:want|need|would like)|i'd like|can you|could you|would you|will you|tell me|let me"
    r" know|help)\b",
    re.IGNORECASE,
)


@dataclass
class Piece:
    """Parts of a message that belong together, unchanged."""

    parts: list[str]
    asks: bool
    is_item: bool = False

    @property
    def text(self) -> str:
        """All parts joined, as in the message."""
        return _join(self.parts)

    @property
    def near(self) -> str:
        """The last parts, joined: enough to recognise the subject."""
        return _join(self.parts[-NEAR:])


def _join(parts: list[str]) -> str:
    return "".join(f"{part} " if part[-1] in ".!?;" else f"{part}\n" for part in parts).strip()


def requests(request: Request) -> dict[str, Any]:
    """Return a `Requests` from the data `message`; of long requests the last sentences, for a story comes first."""
    parts = separate(str(request.data.get("message", "")))
    return {"requests": [_brief(each, ROOM // len(parts)) for each in parts]}


def _brief(text: str, room: int) -> str:
    """Return as many of a text's last sentences as fit into `room` characters; of a single long one the first words."""
    if len(text) <= room:
        return text
    parts = PART.split(text)
    while len(parts) > 1 and sum(map(len, parts)) > room:
        parts = parts[1:]
    brief = "\n".join(parts)
    return brief if len(brief) <= room else brief[:room].rpartition(" ")[0] or brief


def separate(message: str) -> list[str]:
    """Return the separate requests of a message, each once; the whole message where there is only one."""
    pieces = list[Piece]()
    for part in _parts(message):
        text = part.removeprefix(ITEM)
        asks = bool(ASKING.search(text) or QUESTION.match(text) or wish(text))
        piece = Piece([text], asks, is_item=text != part)
        if pieces and _belongs(pieces[-1], piece):
            pieces[-1] = Piece([*pieces[-1].parts, text], pieces[-1].asks or asks, pieces[-1].is_item)
        else:
            pieces.append(piece)
    unique = dict[str, str]()
    for piece in pieces:
        unique.setdefault(" ".join(re.findall(r"\w+", piece.text.lower())), piece.text)
    return list(unique.values()) if len(unique) > 1 else [" ".join(message.split())]


def _parts(message: str) -> list[str]:
    """Return the sentences of a message, those with two requests cut in halves."""
    lines = [part.strip() for part in PART.split(BULLET.sub(f"\n{ITEM}", message))]
    return [half for line in lines if line for half in (_halves(line) if len(line) <= LONGEST else [line])]


def _halves(sentence: str) -> list[str]:
    for joint in JOINT.finditer(sentence):
        first, second = sentence[: joint.start()], sentence[joint.end() :]
        asks = wish(first) or ASKING.search(first) or QUESTION.search(first)
        if _stands(second) and _stands(first) and (asks or _elsewhere(first, second, SURER)):
            return [first, *_halves(second)]
    return [sentence]


def _stands(part: str, ahead: float = math.inf) -> bool:
    """Return whether a part can be understood without the parts before it.

    With at least `ahead` meaningful words before it, a word such as "it" may refer to the part itself.
    """
    back = BACK.search(EMPTY_IT.sub(" ", part))
    return len(words(part)) >= FEWEST and (back is None or len(words(part[: back.start()])) >= ahead)


def _belongs(before: Piece, piece: Piece) -> bool:
    """Return whether a part continues the piece before it."""
    part = piece.text
    if piece.is_item:
        return not before.asks and not before.is_item
    if not _stands(part, AHEAD) or not (before.asks or _stands(before.near, AHEAD)):
        return True
    if before.asks and ALSO.match(part):
        return False
    if not (before.asks and piece.asks):
        return not _elsewhere(before.near, part, SURE if ALSO.match(part) or AND.match(part) else SURER)
    wishes = {wish(before.near), wish(part)} - {None}
    alike = len(wishes) < 2 and bool(set(words(before.near)) & set(words(part)))  # noqa: PLR2004 - two wishes
    return alike and not AND.match(part) and not _elsewhere(before.near, part, SURE)


def _elsewhere(before: str, part: str, least: float) -> bool:
    """Return whether two parts surely have different routes."""
    one, other = knowledge().guess(before), knowledge().guess(part)
    sure = min(one.confidence, other.confidence) >= least
    return sure and one.route != other.route and OTHER not in (one.route, other.route)
