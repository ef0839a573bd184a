"""The writer's own words in a text: without markup, and without what the text quotes, forwards or cites."""

import re

TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
EMPTY_LINES = re.compile(r"\n\s+")  # each would be read to the last as the beginning of a sentence
CITED_LINES = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
PAIRS = re.compile(
    r"\"[^\"]*\"|\u201c[^\u201d]*\u201d|\u201e[^\u201c\u201d]*[\u201c\u201d]|\u00ab[^\u00bb]*\u00bb"
    r"|\u2018[^\u2018]*?\u2019(?!\w)"
    r"|(?<!\w)'[^'\n]{2,}'(?!\w)|(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w)){2,}'(?!\w)|`[^`]*`"
)
OPEN_QUOTE = re.compile(r"[\"\u201c\u00ab].*", re.DOTALL)
FORWARDED = re.compile(  # what follows is somebody else's, or an earlier message
    r"^[ \t]*(?:-{2,}.*|_{5,}|begin(?:ning)? of (?:the )?forwarded.*|(?:fwd?|fw):.*"
    r"|.{0,80}\b(?:wrote|writes|forwarded|forwards?)\b.{0,80}:[ \t]*|(?:from|sent|subject|to): .*)$",
    re.IGNORECASE | re.MULTILINE,
)
SAID = re.compile(  # "it says: freeze my card"
    r"\b(?:says?|said|reads?|wrote|writes?|told|tells|titled|headed|called|stat(?:es|ed|ing)|asked|answer(?:s|ed)"
    r"|replied"
    r"|example|quote|phrase|sample|text)\b[^.:!?\n]{0,40}:[^\n]*",
    re.IGNORECASE,
)
GAP = " \u2026 "
"""Stands where something was left out."""


def own_words(text: str) -> str:
    """Return a text with straight apostrophes and a gap in place of each quotation, cited line and forwarded message.

    What others wrote, or the writer at another time, asks for nothing now.
    """
    own = EMPTY_LINES.sub("\n", TAG.sub(" ", text).replace("\u00a0", " "))
    own = CITED_LINES.sub(GAP, own)
    if forwarded := FORWARDED.search(own):
        own = own[: forwarded.start()] + GAP
    own = OPEN_QUOTE.sub(GAP, PAIRS.sub(GAP, own))
    return SAID.sub(GAP, own.replace("\u2019", "'"))
