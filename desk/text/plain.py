"""Texts in one form, so that code finds the same words and numbers in whatever characters they are written."""

import unicodedata
from functools import lru_cache

DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
DOTS = dict.fromkeys(map(ord, "\u3002\uff61\u2024\ufe52\u06d4"), ".")
QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u00b4`"), "'")
SLASHES = dict.fromkeys(map(ord, "\u2044\u2215\u29f8"), "/")


@lru_cache(maxsize=16)  # each kind of contents reads the same reply
def plain(text: str) -> str:
    """Return the text with one form of each letter, digit, dash, dot, quote and blank, and nothing that is not seen.

    Ends of lines stay as they are; digits of every script become ASCII.
    """
    text = unicodedata.normalize("NFKC", text.translate(DASHES | DOTS))
    return "".join(map(_plain, text.translate(DASHES | DOTS | QUOTES | SLASHES)))


def _plain(letter: str) -> str:
    if letter.isascii():
        return letter if letter >= " " or letter in "\n\t" else " "
    kind = unicodedata.category(letter)
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    if kind in ("Zl", "Zp"):
        return "\n"
    if kind == "Zs":
        return " "
    return "" if kind in ("Cf", "Cc", "Mn", "Me") else letter
