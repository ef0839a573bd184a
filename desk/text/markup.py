"""The text of a message that was written in HTML, and text without what no reader sees."""

import re
from collections.abc import Iterator
from html import unescape

ELEMENTS = frozenset(
    "a abbr address article aside b base basefont big blockquote body br button caption center cite code col colgroup"
    " dd del details div dl dt em fieldset figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img"
    " input ins kbd label legend li link main mark meta nav noscript o:p ol option p pre q s samp script section select"
    " small span strike strong style sub summary sup svg table tbody td textarea tfoot th thead title tr tt u ul"
    " var".split()
)
LINES = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figure footer form h1 h2 h3"
    " h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
"""The elements that begin a line, and end one."""
CELLS = frozenset({"td", "th"})
UNSEEN = frozenset({"script", "style", "title"})
TAG = re.compile(r"<(/?)([a-z][a-z0-9:]{0,11})(?:[\s/][^<>]*)?>", re.IGNORECASE)
DECLARATION = re.compile(r"<[!?][^<>]*>")
COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
ENDS_OF_LINES = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
BLANKS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\xa0\u3000]")
INVISIBLE = re.compile(r"[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
CELL = " | "
OWN_LINES = re.compile(r"\n")
"""The ends of lines of a text with a few tags in it."""
QUOTED_LINES = re.compile(r"\n(?=[^\S\n]{0,8}>)")
"""Those of a page that matter: a line of HTML ends anywhere."""


def plain(message: str) -> tuple[str, list[str]]:
    """Return a message as plain text, and the names of the elements of HTML in it, each once; empty where it is text.

    A tag counts where HTML has an element of its name: "<500 EUR>" and "<ann@example.org>" are what they say. What is
    quoted in HTML is quoted by ">" in the text, a row of a table is a line. It takes one pass: `html.parser` takes
    seconds for 16 KB of tags that are never closed.
    """
    text = _visible(message)
    tags = [name for tag in TAG.finditer(text) if (name := tag[2].lower()) in ELEMENTS]
    if not tags:
        return text, []
    page = _Page(OWN_LINES if sum(name in LINES for name in tags) < text.strip().count("\n") else QUOTED_LINES)
    for words, tag in _pieces(DECLARATION.sub("", _without_comments(text))):
        page.add(words)
        if tag:
            page.turn(tag[2].lower(), ends=bool(tag[1]), alone=tag[0].endswith("/>"))
    return _visible(page.text()), list(dict.fromkeys(tags))


def _visible(text: str) -> str:
    """Return a text with ends of lines as one sign, blanks for control characters, and nothing invisible."""
    text = ENDS_OF_LINES.sub("\n", COLOURS.sub("", text))
    return INVISIBLE.sub("", BLANKS.sub(" ", text))


def _without_comments(text: str) -> str:
    parts, at = list[str](), 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        parts.append(text[at:start])
        at = end + len("-->")
    return "".join([*parts, text[at:]])


def _pieces(text: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    """Yield the words before each tag of an element of HTML with that tag, then the words behind the last with None."""
    at = 0
    for tag in TAG.finditer(text):
        if tag[2].lower() in ELEMENTS:
            yield text[at : tag.start()], tag
            at = tag.end()
    yield text[at:], None


class _Page:
    """Collects the lines of a page; a quoted one starts with ">". `ends` are the ends of lines in its words."""

    def __init__(self, ends: re.Pattern[str]) -> None:
        self._ends = ends
        self._lines: list[str] = []
        self._words: list[str] = []
        self._quoted, self._unseen = 0, 0

    def text(self) -> str:
        """Return the lines as one text."""
        self._end_line()
        return "\n".join(self._lines)

    def add(self, words: str) -> None:
        """Add words to the line, unless no reader sees them."""
        if not self._unseen and (words.strip() or self._words):
            self._words.append(unescape(words))

    def turn(self, name: str, *, ends: bool, alone: bool) -> None:
        """Begin or end an element: a line, a cell, a quote, or what is not seen."""
        if name in LINES:
            self._end_line()
        if name == "hr":
            self._lines.append("____")
        elif name in CELLS and not ends and self._words:
            self._words.append(CELL)
        step = 0 if alone else -1 if ends else 1
        self._quoted = max(0, self._quoted + step * (name == "blockquote"))
        self._unseen = max(0, self._unseen + step * (name in UNSEEN))

    def _end_line(self) -> None:
        words = "".join(self._words).strip()
        self._words.clear()
        for part in self._ends.split(words) if words else ():
            line = " ".join(part.split())
            self._lines.append(f"> {line}" if self._quoted and line else line)
