"""Find the separate requests of a text: grammar says where one can begin, the router's topics whether one does."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from desk.knowledge.subjects import Topics, alike
from desk.records import OTHER
from desk.text.asking import AUXILIARY, FILLER, WH, WH_IS
from desk.text.clauses import Border, Clause, clauses

NEVER, ALWAYS = -9.0, 9.0


class Limits(NamedTuple):
    """Where a clause begins another request: below which evidence for one topic (`alike`).

    `asks` holds where something was asked before and the clause asks too, `tells` where one of them only tells
    something; then the route of both must have at least the confidence `sure`.
    """

    asks: float
    tells: float
    sure: float


LIMITS: Mapping[Border, Limits] = {
    "item": Limits(ALWAYS, 1.5, 0.6),
    "also": Limits(ALWAYS, ALWAYS, 0.0),
    "line": Limits(3.0, 0.0, 0.3),
    "sentence": Limits(1.5, -0.97, 0.5),
    "joint": Limits(1.0, -0.97, 0.55),
    "run": Limits(-0.97, NEVER, 1.0),
    "or": Limits(NEVER, NEVER, 1.0),
}
NEAR = 3  # clauses of what stands before that say what it is about
LEAD = 3  # words that carry meaning, of what opens a list or a letter
FEWEST = 2  # words that carry meaning, of a clause that tells something else
BACK = re.compile(  # words that mean something named before
    r"\b(?:it|its|it's|they|them|their|he|she|him|his|this|that|these|those|ones?|the same|both|so|then|there)\b",
    re.IGNORECASE,
)
EMPTY = re.compile(  # the same words where they mean nothing
    r"\bis it (?:possible|\w+ (?:to|for|that|if))\b|\b(?:does|will|would) it cost\b"
    r"|\b(?:is|are|was|were) there\b|\bthere(?: is| are|'s|s)\b|\bthis (?:morning|week|month|year|afternoon|evening)\b"
    r"|\bthat\b(?= (?:i|you|my|the|was|is|has|had)\b)|\bso (?:that|i|please)\b|^\W*(?:and )?(?:so|then)\b",
    re.IGNORECASE,
)
ABOUT_IT = re.compile(  # a clause about what was named before: "is it", "when will they", "it still says"
    rf"\W*{FILLER}(?:(?:(?:{WH}\s+)?(?:{AUXILIARY}|{WH_IS})\s+)?(?:it|they|he|she|this|that|these|those)"
    rf"|{WH}\s+of\s+(?:it|them|these|those))\b",
    re.IGNORECASE,
)
PLAIN = frozenset(  # words that say nothing of the subject
    "a about account advise after again all already alright also although am an and any anyone anything anyway are"
    " arrive as asap ask asking at available away back bank be because been before being but by came can can't"
    " cannot certain come correct could couldn't did didn't do does doesn't doing don't done due else ended"
    " everything find fine fix for from get getting give go goes going got guys had happen happened happening"
    " happens has hasn't have haven't having he help her here him his how i i'd i'll i'm i've if immediately in"
    " instead into is isn't issue it it's its just keep kindly know let like long look looking made make many may me"
    " mean might more most much must my need next no not now of off okay on one option options or other our out over"
    " please pls plz possible problem really reason right say see shall she should since so solve some someone"
    " something soon sorry step steps still sure take tell than thank thanks that that's the their them then there"
    " these they thing think this those time to today too try trying u understand until up urgent us use verify very"
    " want wanted was wasn't way we well went were what what's when where which while who why will wish with without"
    " won't wonder wondering work worked working would wrong yes yet you your".split()
)


class _Group:
    """Clauses that belong to one request; what is asked of each is counted once, as it comes."""

    def __init__(self, clause: Clause) -> None:
        self.parts, self.asks, self.meaning = list[Clause](), False, 0
        self.add(clause)

    def add(self, clause: Clause) -> None:
        """Take a further clause."""
        self.parts.append(clause)
        self.asks = self.asks or clause.asks
        self.meaning += len(_words(clause.text))


def requests_in(text: str, knowledge: Topics) -> list[str]:
    """Return the separate requests of a text in their order, each in the customer's own letters with its story.

    The whole text where there is only one. A request that stands twice counts once.
    """
    parts, groups = clauses(text), list[_Group]()
    is_list = any(each.border == "item" and each.asks for each in parts)
    for clause in parts:
        if groups and _is_lead(groups[-1], clause):
            groups[-1] = _Group(clause)
        elif groups and not (is_list and clause.border == "item") and not _begins(text, groups[-1], clause, knowledge):
            groups[-1].add(clause)
        else:
            groups.append(_Group(clause))
    unique = dict[str, str]()
    for each in groups:
        span = text[each.parts[0].start : each.parts[-1].end]
        unique.setdefault(" ".join(re.findall(r"\w+", span.lower())), span)
    return list(unique.values()) if len(unique) > 1 else [text.strip()]


def _begins(text: str, group: _Group, clause: Clause, knowledge: Topics) -> bool:
    """Return whether a clause begins another request than the one before it."""
    before = text[group.parts[-NEAR:][0].start : group.parts[-1].end]
    old, new = _words(before), _words(clause.text)
    if not new - old or not old or (clause.border != "also" and not _stands(clause.text)):
        return False
    limits, evidence = LIMITS[clause.border], alike(before, clause.text, knowledge)
    if group.asks and clause.asks:
        return evidence < limits.asks and (clause.border != "joint" or len(new) >= FEWEST)
    if limits.sure and (min(len(old), len(new)) < FEWEST or _confidence(before, clause, knowledge) < limits.sure):
        return False
    return evidence < limits.tells


def _confidence(before: str, clause: Clause, knowledge: Topics) -> float:
    """Return how sure it is that both texts are about something that the desk deals with."""
    guesses = knowledge.guess(before), knowledge.guess(clause.text)
    return min(0.0 if each.route == OTHER else each.confidence for each in guesses)


def _is_lead(group: _Group, clause: Clause) -> bool:
    """Return whether a group only opens the clause after it: "Dear all," or "Two things, please:"."""
    last = group.parts[-1].text[-1]
    if group.parts[0].border == "item" or (group.asks and not (last == ":" and clause.asks)):
        return False
    return group.meaning <= (LEAD if last in ",:" else FEWEST - 1)


def _stands(text: str) -> bool:
    """Return whether a clause can be understood without what stands before it."""
    plain = EMPTY.sub(" ", text)
    if ABOUT_IT.match(plain):
        return False
    return len(_words(plain)) >= (FEWEST if BACK.search(plain) else 1)


def _words(text: str) -> set[str]:
    """Return the words that carry meaning."""
    found = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text.lower().replace("\u2019", "'"))
    return {word for word in found if word not in PLAIN}


def left_out(text: str, requests: Iterable[str], knowledge: Topics) -> list[str]:
    """Return the requests of a text that none of `requests` holds: what a split forgot.

    One is held by another where they share more than half of the meaningful words of the shorter of the two: a split
    may leave the story out, or put two requests into one.
    """
    given = [_words(each) for each in requests]
    return [each for each in requests_in(text, knowledge) if not any(_shared(_words(each), one) for one in given)]


def _shared(one: set[str], other: set[str]) -> bool:
    """Return whether two sets share more than half of the smaller; a text without meaning asks for nothing."""
    return not one or 2 * len(one & other) > min(len(one), len(other) or math.inf)
