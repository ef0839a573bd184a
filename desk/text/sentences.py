"""The sentences of a text, with their places."""

import re
from collections.abc import Iterator

ENDS = re.compile(
    r"(?:(?=[.!?\u2026])(?<![.!?\u2026])(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!e\.g)(?<!i\.e)(?<!\b[A-Z])"
    r"[.!?\u2026]++[)\"'\u2019\u201d]*+|[:;]-?\))[^\S\n]+|\n"
)
"""A sign that ends a sentence and is no abbreviation's, with the blank behind it; or the end of a line."""

MISSING = re.compile(
    r"(?<=[a-z0-9%)])[^\S\n](?=(?:(?P<clear>I (?:hope|wish|trust)|By the way|Now|Sorry|Hope|Have an?|Enjoy|Happy|Anyway"
    r"|Well)"
    r"|I|I['\u2019](?:m|ve|ll|d)|We|We['\u2019](?:re|ve)|My|It|It['\u2019]s|Your|Did|What)\b)"
)
"""Between two sentences without a sign: a capital that is no name's; `clear` begins no relative clause."""
GOES_ON = re.compile(
    r"\b(?:(?:the|an?|this|that|these|those|any|every|some|all|no|my|your|our|his|her|which|what"
    r"|last|next|first|each) [\w'\u2019-]+"
    r"|and|or|but|if|that|when|while|because|as|than|so|then|since|after|before|until|although|though|what|where|how|why"
    r"|who|which|says?|said|think|know|sure|the|an?|to|of|at|by|for|from|with|in|on|is|are|was|were|do|does|did|can|could"
    r"|should|must|may|will|would|have|has|had)$",
    re.IGNORECASE,
)
"""The end of a sentence that is not over: "the card I ordered", "because I"."""
NEAR = 40  # characters that show it
FEWEST = 4  # words of a sentence that is told from its neighbour by a capital alone


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the sentences of a stretch start and end, without the blanks around them."""
    for stop in [*(match.end() for match in ENDS.finditer(text, start, end)), end]:
        whole = text[start:stop]
        if whole.strip():
            yield start + len(whole) - len(whole.lstrip()), start + len(whole.rstrip())
        start = stop


def clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a stretch, divided also where the sign between two is missing."""
    for first, last in sentences(text, start, end):
        begins = first
        for stop in MISSING.finditer(text, first, last) if text[last - 1] != "?" else ():
            before, after = text[max(begins, stop.start() - NEAR) : stop.start()], text[stop.end() : last][:NEAR]
            if min(len(before.split()), len(after.split())) >= FEWEST and (stop["clear"] or not GOES_ON.search(before)):
                yield begins, stop.start()
                begins = stop.end()
        yield begins, last
