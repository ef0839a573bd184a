"""Names of shops, companies and people in text, recognised by their capitals."""

import re
from itertools import dropwhile

NAME = re.compile(r"\b(?:at|from|by|to|with)\s((?:[A-Z][\w&'-]+)(?:\s(?:[A-Z][\w&'-]+|&(?=\s[A-Z])))*)")

PERSON = re.compile(
    r"\b(?:Mr|MR|Mrs|MRS|Ms|MS|Miss|MISS|Mx|Dr|DR|Prof)\b\.?\s[A-Z][\w'-]+(?:\s[A-Z][\w'-]+){0,3}"
    r"|\b[A-Z][a-z'-]+(?:\s(?:(?:of|de|van|von|der|al|bin)\s)?[A-Z][a-z'-]+){1,3}"
)
OPENERS = frozenset(
    "The A An Your Our My This That These Those It If When Once After Before With Without For From In On At To By As"
    " And But Or So Please Dear Hello Hi Thank Thanks Yes No We I You They He She Each Every All Any Some Both Only"
    " Open Go See Choose Tap Select Under Most Many Standard Of".split()
)
"""Words in capitals that begin a sentence and no name."""


def names_in(text: str) -> list[str]:
    """Return the names in a text, in their order."""
    return NAME.findall(text)


def people_in(text: str) -> list[str]:
    """Return what reads as the full name of somebody or something: a title and a name, or names in a row."""
    matches = [" ".join(each.group().split()) for each in PERSON.finditer(text.replace("\u2019", "'"))]
    names = [" ".join(dropwhile(OPENERS.__contains__, each.split())) for each in matches]
    return [each for each in names if " " in each]


def words_of(text: str) -> set[str]:
    """Return the words of a text in lower case."""
    return set(re.findall(r"[\w'-]+", text.replace("\u2019", "'").lower()))
