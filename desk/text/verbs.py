"""The forms of English verbs, as patterns: what code looks for where a reply says that something was done."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

PAST = {
    "bring": "brought",
    "cut": "cut",
    "do": "done|did",
    "freeze": "froze|frozen",
    "get": "got|gotten",
    "give": "gave|given",
    "go": "went|gone",
    "make": "made",
    "pay": "paid",
    "put": "put",
    "send": "sent",
    "reset": "reset",
    "set": "set",
    "shut": "shut",
    "strike": "struck|stricken",
    "take": "took|taken",
    "undo": "undid|undone",
    "unfreeze": "unfroze|unfrozen",
    "uphold": "upheld",
    "withdraw": "withdrew|withdrawn",
    "repay": "repaid",
}
"""Pasts and participles that do not end in "ed"."""


class Forms(NamedTuple):
    """Patterns of verbs: past and participle, the form in "ing", and the infinitive."""

    past: str
    ing: str
    base: str


@cache
def forms(verbs: str) -> Forms:
    """Return the patterns of verbs, given as infinitives with blanks between them."""
    names = verbs.split()
    return Forms(_either(map(_past, names)), _either(map(_ing, names)), _either(map(re.escape, names)))


def _either(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _past(verb: str) -> str:
    if verb in PAST:
        return f"(?:{PAST[verb]})"
    if verb.endswith("e"):
        return f"{verb}d"
    return f"{verb[:-1]}ied" if re.search(r"[^aeiou]y$", verb) else f"{verb}{_doubled(verb)}ed"


def _ing(verb: str) -> str:
    return f"{verb[:-1]}ing" if re.search(r"[^eo]e$", verb) else f"{verb}{_doubled(verb)}ing"


def _doubled(verb: str) -> str:
    """Return the last letter as optional, after one vowel: "stopped", "cancelled" and "canceled"."""
    return f"{verb[-1]}?" if re.search(r"[^aeiou][aeiou][bcdfgklmnprt]$", verb) else ""
