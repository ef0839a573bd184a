"""Names of shops, companies and people in text, recognised by their capitals."""

import re

NAME = re.compile(r"\b(?:at|from|by|to|with)\s((?:[A-Z][\w&'-]+)(?:\s(?:[A-Z][\w&'-]+|&(?=\s[A-Z])))*)")


def names_in(text: str) -> list[str]:
    """Return the names in a text, in their order."""
    return NAME.findall(text)


def words_of(text: str) -> set[str]:
    """Return the words of a text in lower case."""
    return set(re.findall(r"[\w'-]+", text.replace("\u2019", "'").lower()))
