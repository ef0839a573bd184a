"""The words of a text that policies are searched for."""

import re
from collections.abc import Mapping

STOP = frozenset(
    "a about after again all already also although am an and any are as at be because been before but by can can't"
    " cannot certainly could dear did didn't do does doesn't don't few find first for from get go going got had has"
    " hasn't have haven't he hello help her hi his how however i i'd i'm i've if in into is isn't it it's its just"
    " know last later like made make many me minute minutes more morning much my need never new night no not now of on"
    " once one or our out over please put said same say says second see she should show so some still take taken tell"
    " thank thanks that the their them then there they this time times to today tomorrow took two up us very want was"
    " wasn't we week weeks well went were what what's when where which while who why will with won't would year"
    " yesterday yet you your".split()
)
MOST = 64
WORD = re.compile(r"[^\W\d_][^\W\d_']*")


def words(text: str) -> list[str]:
    """Return all words of a text in lower case."""
    return WORD.findall(text.lower().replace("\u2019", "'").replace("two times", "twice"))


def terms(text: str, synonyms: Mapping[str, str]) -> list[str]:
    """Return the words of a text that carry meaning, and the policies' words for them."""
    meant = [word for word in words(text) if word not in STOP][:MOST]
    return list(dict.fromkeys([*meant, *(synonyms[word] for word in meant if word in synonyms)]))
