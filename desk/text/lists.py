"""Lists in a text: the items behind numbers, letters, dashes or "firstly", on lines of their own or within one."""

import re
from collections.abc import Iterator, Sequence

SERIES = (
    [str(number) for number in range(1, 100)],
    list("abcdefghijklmnopqrstuvwxyz"),
    "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv".split(),
    "one two three four five six seven eight nine ten".split(),
)
LINE = re.compile(
    r"[ \t]*(?:[^\w\s\"'\u201c\u2018(\[@£$€+]{1,3}|[*+#]{1,3}|\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4})[.):]"
    r"|[0-9]{1,2}\s*[-\u2013]"
    r"|(?:\w+\s)?(?:question|query|complaint|request|issue|problem)\s?[0-9]?\s?[:\u2013-])[ \t]+(?=\S)",
    re.IGNORECASE,
)
ORDINALS = ("first", "second", "third", "fourth", "fifth")
ORDINAL = re.compile(
    rf"(?:^|(?<=[\s,;:.?!]))(?:and\s+)?(?:in\s+the\s+)?(?P<count>{'|'.join(ORDINALS)})"
    r"(?:ly\b|\s+(?:of\s+all|place|question|query|complaint|request|issue|problem|matter|point|thing|one)\b(?:\s+is\b)?"
    r"|(?=\s*[,:]))[\s,:-]*(?=\S)",
    re.IGNORECASE,
)
WITHIN = re.compile(
    r"(?:^|(?<=[\s,;:.?!]))(?<!step\s)[(\[]?(?:(?:q|#|no\.?\s?|number\s|question\s)"
    r"(?P<called>[0-9]{1,2}|[a-e]|one|two|three|four|five)\b[)\].,:/-]?"
    r"|(?P<count>[0-9]{1,2}|[a-z]|[ivx]{1,4}|one|two|three|four|five)(?:[)\]]|[.:/](?=\s)|\s?[-\u2013](?=\s)))\s*(?=[^\W_])",
    re.IGNORECASE,
)
"""A mark within a line, by itself ("2)") or as what is counted ("q2", "number two")."""
BULLET = re.compile(r"[ \t]*(?P<mark>[*\u2022+#>~-])[ \t]")
BARE = re.compile(r"^[ \t]*(?P<count>[0-9]{1,2})[ \t]+(?=[^\W\d_])", re.MULTILINE)
"""A number alone that opens a line."""


def stretches(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield start and end of the items of lists and of the stretches between, and whether it is an item."""
    marks = dict(_marks_within(text))
    position = 0
    for line in text.splitlines(keepends=True):
        if mark := LINE.match(line):
            marks[position + mark.end()] = position
            marks |= {position + end: position + start for end, start in _repeated(line)}
        position += len(line)
    start, is_item = 0, False
    for begin in sorted(marks):
        if marks[begin] > start:
            yield start, marks[begin], is_item
        start, is_item = max(start, begin), True
    yield start, len(text), is_item


def _repeated(line: str) -> Iterator[tuple[int, int]]:
    """Yield end and start of the bullet with which a line opens where it stands in it again: "* this * that"."""
    if bullet := BULLET.match(line):
        again = re.compile(rf"(?<=\s){re.escape(bullet['mark'])}[ \t]+(?=\S)")
        yield from ((each.end(), each.start()) for each in again.finditer(line, bullet.end()))


def _marks_within(text: str) -> Iterator[tuple[int, int]]:
    """Yield end and start of the marks that count on from a first one; a "30." at the end of a sentence does not."""
    yield from _counted(list(ORDINAL.finditer(text)), ORDINALS)
    for pattern in (WITHIN, BARE):
        marks = list(pattern.finditer(text))
        for series in SERIES:
            yield from _counted(marks, series)


def _counted(marks: Sequence[re.Match[str]], series: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield end and start of the marks that count along a series; none where only its first is there."""
    counted = list[tuple[int, int]]()
    for mark in marks:
        count = next(filter(None, mark.groups()), "").lower()
        if count == next(iter(series[len(counted) : len(counted) + 1]), None):
            counted.append((mark.end(), mark.start()))
    if len(counted) > 1:
        yield from counted
