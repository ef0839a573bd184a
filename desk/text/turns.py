"""Turns: whether a sentence begins another request than what stands before it, by grammar and the router's topics."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from desk.knowledge.subjects import Topics, alike
from desk.records import OTHER
from desk.text.asking import AUXILIARY, FILLER, TROUBLE, WH, WH_IS
from desk.text.clauses import Border
from desk.text.subject_words import subject_words


class Sides(NamedTuple):
    """What stands before a border, and the rest of the sentence behind it.

    `before` are the sentences that say what the last request is about, `last` the last of them, and `asked` whether
    the request asks anything; `first` is the first clause of the sentence `here`, and `asks` whether that asks.
    `leads` says whether something behind it asks.
    """

    before: str
    last: str
    asked: bool
    border: Border
    here: str
    first: str
    asks: bool
    leads: bool


class Limits(NamedTuple):
    """Where a sentence begins another request: below `alike` of evidence for one topic (`desk.knowledge.subjects`).

    The route of what stands before must have at least the confidence `before`, its own at least `here`.
    """

    alike: float
    before: float = 0.0
    here: float = 0.0


NEVER, ALWAYS = Limits(-9.0), Limits(9.0)
APART = -0.9  # evidence that two texts have clearly other topics
SPLICED = Limits(APART, 0.6, 0.6)
SUREST = 0.96  # of the route of a story that is a request without a word of trouble
SURER = 0.7  # of the routes of two sentences, one of which only tells something
SURE = 0.6  # of the routes, where a single word that carries meaning makes another request
LIMITS: Mapping[Border, tuple[Limits, Limits, Limits, Limits]] = {
    # it asks after something that asks, tells after asking, asks after telling, tells after telling
    "item": (ALWAYS, Limits(1.5, 0.6, 0.6), Limits(1.5, 0.6, 0.6), Limits(1.5, 0.6, 0.6)),
    "also": (ALWAYS, Limits(9.0, 0.0, 0.4), ALWAYS, Limits(9.0, 0.0, 0.4)),
    "line": (Limits(3.2), Limits(2.0, 0.0, 0.4), Limits(2.0, 0.5), Limits(0.0, 0.5, 0.5)),
    "sentence": (Limits(-0.85, 0.5, 0.5), Limits(-0.9, 0.5, 0.6), Limits(-0.9, 0.6, 0.6), Limits(-1.0, 0.6, 0.7)),
    "joint": (Limits(0.5, 0.0, 0.4), Limits(-0.75, 0.5, 0.5), Limits(-0.95, 0.5, 0.6), Limits(-1.0, 0.6, 0.8)),
    "run": (Limits(-0.5, 0.6, 0.6), NEVER, Limits(APART, 0.9, 0.9), NEVER),
    "splice": (SPLICED, SPLICED, SPLICED, SPLICED),
    "or": (NEVER, NEVER, NEVER, NEVER),
}
QUESTIONS = Limits(0.0, 0.0, 0.4)
"""Of two sentences that both end with a question mark."""
CLOSE: frozenset[Border] = frozenset({"sentence", "joint", "run", "splice"})
"""Borders that most often part a request from its own story."""
FEWEST = 2  # words that carry meaning, of a sentence that is a request of its own
BARE = (  # behind "this": no noun follows
    r"(?=\W*$|[.,;:!?]|\s(?:an?|the|my|your|something|anything|is|are|was|were|has|have|be|for|to|in|on|at|from|and|or|by|one|way|right|will|would|could|can"
    r"|should|means?|happen\w*|work\w*|because|if|when|so|too|yet|already|again|now|up|out)\b)"
)
BACK = re.compile(  # words that mean something named before
    r"\b(?:it|its|it's|they|them|their|he|she|him|his|her|ones?)\b"
    rf"|\b(?:that|this|these|those|both|the same)\b{BARE}",
    re.IGNORECASE,
)
EMPTY = re.compile(  # the same words where they mean nothing
    r"\bis it (?:possible|to|\w+ (?:to|for|that|if))\b|\b(?:does|do|will|would|did|should) it (?:cost|take)\b"
    r"|\b(?:is|are|was|were) there\b|\bthere(?: is| are|'s|s)\b|^\W*(?:and )?then\b",
    re.IGNORECASE,
)
NOUN = re.compile(r"\b(?:my|our|an?|the|your)\s+\w+|[£$€]\s?\d", re.IGNORECASE)
NEW_NOUN = re.compile(r"\b(?:my|our|an?)\s+\w+", re.IGNORECASE)
"""What such a word may mean within its own sentence; `NEW_NOUN` names what need not have been named before."""
REMEDY = frozenset("money payment refund refunded reimburse reimbursed return returned".split())
"""Words of what a customer to whom something happened wants: asked behind the story, they are about it."""
COORDINATE = (
    re.compile(  # a second object of what is asked: "a new card and a letter", "how long it takes and if I can"
        r"\W*(?:if\s+(?:i|we|you|it|my|the|there)|whether|an?|my|the|some)\b", re.IGNORECASE
    )
)
ASKS_HOW = re.compile(rf"\W*(?!what\s+(?:if|about)\b){WH}\s", re.IGNORECASE)
ABOUT_IT = re.compile(  # a sentence about what was named before: "is it", "when will they", "it still says"
    rf"\W*{FILLER}(?:(?:(?:{WH}\s+)?(?:{AUXILIARY}|{WH_IS})\s+)?(?:(?:it|they|he|she)\b|(?:this|that|these|those)\b{BARE})"
    rf"|{WH}\s+of\s+(?:it|them|these|those)\b)",
    re.IGNORECASE,
)


def begins(sides: Sides, knowledge: Topics) -> bool:
    """Return whether a sentence begins another request than the one before it."""
    limits = _limits(sides)
    news = _news(sides)
    if not news or limits is NEVER or not _stands(sides):
        return False
    evidence, before, here = _heard(sides, knowledge)
    if sides.border in CLOSE:
        told = len(subject_words(sides.before)) >= FEWEST and _is_trouble(sides.before, before)
        if not (sides.asked or told) or not (sides.asks or _is_trouble(sides.here, here)):
            return False
        if news < FEWEST:
            return sides.asked and sides.asks and evidence < APART and min(before, here) > SURE
    return evidence < limits.alike and before >= limits.before and here >= limits.here


def may_begin(sides: Sides, knowledge: Topics) -> bool:
    """Return whether a sentence may begin another request, by its grammar alone or by its topic alone.

    By topic the two are surely about different things. By grammar both sides ask, or ask or tell of a trouble, and it
    can be understood by itself, or has a line of its own, and is no story of what is asked behind it.
    """
    if sides.border == "or":
        return False
    evidence, before, here = _heard(sides, knowledge)
    asks = sides.asks or _goes_on_asking(sides)
    tells = asks or _is_trouble(sides.here, here)
    is_case = tells and (sides.asked or _is_trouble(sides.before, before))
    if evidence < APART and min(before, here) > (SURE if is_case else SURER):
        return True
    if sides.asked and asks:
        return sides.border == "also" or _news(sides) >= (1 if _asks_how(sides) else FEWEST)
    told = tells and (sides.asked or _is_trouble(sides.before, 0.0))
    is_told = (told or sides.border == "also") and (asks or not sides.leads)
    stands = sides.border == "line" or _stands(sides, doubted=True)
    return is_told and stands and _news(sides) >= FEWEST


def _goes_on_asking(sides: Sides) -> bool:
    """Return whether a sentence names a second object of what was asked: "a new card and a letter"."""
    return sides.asked and sides.border == "joint" and COORDINATE.match(sides.here) is not None


def _asks_how(sides: Sides) -> bool:
    """Return whether a second question stands behind a conjunction: "how do I pay it in and how long does it take"."""
    return sides.border == "joint" and ASKS_HOW.match(sides.here) is not None


def _heard(sides: Sides, knowledge: Topics) -> tuple[float, float, float]:
    """Return the evidence that both sides have one topic, and how sure the route of each is."""
    before = max(_confidence(sides.before, knowledge), _confidence(sides.last, knowledge))
    here = max(_confidence(sides.here, knowledge), _confidence(sides.first, knowledge))
    return alike(sides.before, sides.here, knowledge), before, here


def _news(sides: Sides) -> int:
    """Return how many words with a meaning stand in a sentence, and not before it; a story's remedy is not new."""
    news = subject_words(sides.here) - subject_words(sides.before)
    return 0 if sides.border in CLOSE and not sides.asked and news <= REMEDY else len(news)


def _limits(sides: Sides) -> Limits:
    if sides.border == "sentence" and "?" in sides.last and "?" in sides.here:
        return QUESTIONS
    return LIMITS[sides.border][2 * (not sides.asked) + (not sides.asks)]


def _stands(sides: Sides, *, doubted: bool = False) -> bool:
    """Return whether a sentence can be understood without what stands before it: a pronoun has its noun in there.

    Where one of two sentences only tells something, a noun that may have been named before is not enough.
    """
    if sides.border == "also":
        return True
    is_mixed = sides.border == "sentence" and sides.asked != sides.asks and not doubted
    plain, noun = EMPTY.sub(" ", sides.here), NEW_NOUN if is_mixed else NOUN
    if sides.border == "splice" and BACK.search(plain):
        return False
    return not ABOUT_IT.match(plain) and all(noun.search(plain, 0, each.start()) for each in BACK.finditer(plain))


def _is_trouble(story: str, confidence: float) -> bool:
    """Return whether what asks for nothing tells of a trouble, or is surely for the desk; else it is background."""
    return confidence > SUREST or TROUBLE.search(story) is not None


def _confidence(text: str, knowledge: Topics) -> float:
    """Return how sure it is that a text is about something that the desk deals with."""
    guess = knowledge.guess(text)
    return 0.0 if guess.route == OTHER else guess.confidence
