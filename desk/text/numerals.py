"""Numbers written as words ("two hundred and fifty")."""

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
VALUES = {word: value for value, word in enumerate(UNITS)} | {word: 10 * value for value, word in enumerate(TENS, 2)}
WORD = "|".join([*sorted(VALUES, key=len, reverse=True), "hundred", "thousand"])
MOST_MORE = 15  # words after the first; the longest number that is meant has nine
NUMERAL = rf"\b(?:{WORD})(?:[\s-]+(?:and\s+)?(?:{WORD})){{0,{MOST_MORE}}}\b"
"""A pattern for a number in words, to be matched without regard to case."""


def number_of(numeral: str) -> int:
    """Return the number of a match of `NUMERAL`."""
    thousands, below = 0, 0
    for word in numeral.lower().replace("-", " ").split():
        if word == "thousand":
            thousands, below = thousands + 1000 * (below or 1), 0
        elif word == "hundred":
            below = 100 * (below or 1)
        else:
            below += VALUES.get(word, 0)  # an "and" adds nothing
    return thousands + below
