"""Names of shops, companies and people in text, told by their capitals."""

import re

NAME = re.compile(r"\b(?:at|from|by|to|with)\s((?:[A-Z][\w&'-]+)(?:\s(?:[A-Z][\w&'-]+|&(?=\s[A-Z])))*)")


def names_in(text: str) -> list[str]:
    """The names in a text, in the order in which they stand."""
    return NAME.findall(text)


def words_of(text: str) -> set[str]:
    """The words of a text, to find out whether it knows a name."""
    return set(re.findall(r"[\w'-]+", text.replace("\u2019", "'").lower()))
