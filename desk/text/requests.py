"""Find the separate requests of a text: grammar says where one can begin, the router's topics whether one does."""

import math
import re
from collections.abc import Iterable
from itertools import takewhile

from desk.knowledge.subjects import Topics
from desk.text.asking import TROUBLE
from desk.text.clauses import Border, Clause, clauses
from desk.text.subject_words import subject_words
from desk.text.turns import FEWEST, Sides, begins, may_begin

WITHIN: frozenset[Border] = frozenset({"joint", "run", "splice", "or"})
"""Borders within a sentence."""
MOST = 12  # clauses of a sentence that are read together
NEAR = 3  # clauses of what stands before that say what it is about
STEP = re.compile(r"\W*(?:then\s+)?(?:i|we|it|he|she|they|this|that)\b(?!['\u2019]?(?:d|m)\b)", re.IGNORECASE)
DETAIL = re.compile(r"[A-Za-z][\w' ]{0,30}:\s+\S")
"""A line or an item of a form: "Date: 3 May"."""
LEAD = 3  # words that carry meaning, of what opens a list or a letter


class _Group:
    """Clauses that belong to one request; what is asked of each is counted once, as it comes."""

    def __init__(self, clause: Clause) -> None:
        self.parts, self.asks, self.meaning = list[Clause](), False, 0
        self.add(clause)

    def add(self, clause: Clause) -> None:
        """Take a further clause."""
        self.parts.append(clause)
        self.asks = self.asks or clause.asks
        self.meaning += len(subject_words(clause.text))

    def last(self, fewest: int, text: str) -> str:
        """Return its last clauses, at least `fewest` of them and only whole sentences."""
        first = max(0, len(self.parts) - fewest)
        while first and self.parts[first].border in WITHIN and len(self.parts) - first < MOST:
            first -= 1
        return text[self.parts[first].start : self.parts[-1].end]


def requests_in(text: str, knowledge: Topics, *, doubted: bool = False) -> list[str]:
    """Return the separate requests of a text in their order, each in the customer's own letters with its story.

    The whole text where there is only one. A request that stands twice counts once. `doubted` cuts also where a second
    request only may begin: for those who look whether an answer leaves something open, not for those who work.
    """
    parts, groups = clauses(text), list[_Group]()
    is_list = _lists_requests(parts)
    last_ask = max((number for number, each in enumerate(parts) if each.asks), default=-1)
    for number, clause in enumerate(parts):
        if groups and _is_lead(groups[-1], clause):
            groups[-1] = _Group(clause)
        elif (
            groups
            and not (is_list and clause.border == "item")
            and not _is_border(_sides(text, groups[-1], parts, number, last_ask), knowledge, doubted=doubted)
        ):
            groups[-1].add(clause)
        else:
            groups.append(_Group(clause))
    unique = dict[str, str]()
    for each in groups:
        span = text[each.parts[0].start : each.parts[-1].end]
        unique.setdefault(" ".join(re.findall(r"\w+", span.lower())), span)
    return list(unique.values()) if len(unique) > 1 else [text.strip()]


def _lists_requests(parts: list[Clause]) -> bool:
    """Return whether the items of a list are requests: one of them asks, or nothing around them does.

    A question around a list is asked about all of it; items that say what "I" did or "it" does are steps of a story,
    and those of a form are its details.
    """
    items = [each for each in parts if each.border == "item"]
    if any(each.asks for each in items):
        return True
    is_story = any(STEP.match(each.text) or DETAIL.match(each.text) for each in items)
    return not is_story and not any(each.asks for each in parts)


def _is_border(sides: Sides, knowledge: Topics, *, doubted: bool) -> bool:
    if sides.border in ("line", "item") and not sides.asks and DETAIL.match(sides.here):
        return False
    return begins(sides, knowledge) or (doubted and may_begin(sides, knowledge))


def _sides(text: str, group: _Group, parts: list[Clause], number: int, last_ask: int) -> Sides:
    """Return the two sides of the border before a clause; `last_ask` is the number of the last clause that asks."""
    rest = [parts[number], *takewhile(lambda each: each.border in WITHIN, parts[number + 1 : number + MOST])]
    return Sides(
        before=group.last(NEAR, text),
        last=group.last(1, text),
        asked=group.asks,
        border=rest[0].border,
        here=text[rest[0].start : rest[-1].end],
        first=rest[0].text,
        asks=any(each.asks for each in rest),
        leads=number + len(rest) <= last_ask,
    )


def _is_lead(group: _Group, clause: Clause) -> bool:
    """Return whether a group only opens the clause after it: "Dear all," or "Two things, please:"."""
    last = group.parts[-1].text[-1]
    if clause.border == "splice" or group.parts[0].border == "item":
        return False
    if group.asks and not (last == ":" and clause.asks):
        return False
    if last in ",:":
        return group.meaning <= LEAD
    most = LEAD if clause.border == "item" else FEWEST - 1
    return group.meaning <= most and not any(TROUBLE.search(each.text) for each in group.parts)


def left_out(text: str, requests: Iterable[str], knowledge: Topics) -> list[str]:
    """Return the requests of a text that none of `requests` holds: what a split forgot.

    One is held by another where they share more than half of the meaningful words of the shorter of the two: a split
    may leave the story out, or put two requests into one.
    """
    given = [subject_words(each) for each in requests]
    return [
        each for each in requests_in(text, knowledge) if not any(_shared(subject_words(each), one) for one in given)
    ]


def _shared(one: set[str], other: set[str]) -> bool:
    """Return whether two sets share more than half of the smaller; a text without meaning asks for nothing."""
    return not one or 2 * len(one & other) > min(len(one), len(other) or math.inf)
