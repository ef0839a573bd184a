"""Characters that are not seen, or that make one word look like another."""

import re
import unicodedata

HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")
"""Categories of Unicode without a form of their own: controls, marks of direction, joiners, private characters."""
JOINERS = "\u200c\u200d"
ALIKE = {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"}
"""Scripts with letters that look like Latin ones."""


def hidden_in(text: str) -> str | None:
    """Return the code of a character that is not seen, or a word of mixed scripts; None without either.

    A joiner between letters of a script that needs it, or in an emoji, is none.
    """
    for index, letter in enumerate(text):
        beside = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
        joins = letter in JOINERS and not any(map(str.isascii, beside or " "))
        if _is_hidden(letter) and not joins:
            return f"U+{ord(letter):04X}"
    words = re.findall(r"[^\W\d_]{2,}", unicodedata.normalize("NFKC", text))
    return next((word for word in words if _is_mixed(word)), None)


def scripts_in(text: str) -> set[str]:
    """Return the scripts of the letters of a text, by their names in Unicode; LATIN is always one."""
    letters = {letter for letter in unicodedata.normalize("NFKC", text) if letter.isalpha() and not letter.isascii()}
    return {unicodedata.name(letter, "?").partition(" ")[0] for letter in letters} | {"LATIN"}


def _is_hidden(letter: str) -> bool:
    if letter.isascii():
        return (letter < " " and letter not in "\n\t\r") or letter == "\x7f"
    return unicodedata.category(letter) in HIDDEN


def _is_mixed(word: str) -> bool:
    """Return whether a word mixes Latin letters with those of a script that looks like it."""
    if word.isascii():
        return False
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in word}
    return "LATIN" in scripts and bool(scripts & ALIKE)
