"""Amounts in a text, and whether one of them is plainly meant as it stands: in this currency, exact, and for a day."""

import re
from collections.abc import Callable
from decimal import Decimal

NUMBER = re.compile(
    r"(?<![\w.,/])[0-9][0-9,]*(?:\.[0-9]+)?(?:\s?k\b)?(?![\w/])|(?<![\w.,/])[0-9][0-9,]*(?:\.[0-9]+)?(?=[^\W\d_])"
)
RATE = re.compile(
    r"\s*(?:for\s+)?(?:a|an|per|each|every|any|/|in an?|within an?)\s*(?:single\s+|one\s+)?(?!day\b|days\b)"
    r"(?:second|minute|hour|week|weekend|fortnight|month|quarter|year|payment|purchase|transaction|shop|person"
    r"|withdrawal|order|head|card)s?\b"
    r"|\s*(?:weekly|monthly|hourly|yearly|annually|p\.?[mwa]\.?\b|pcm\b)",
    re.IGNORECASE,
)
INEXACT = re.compile(
    r"\b(?:by|between|around|about|roughly|approximately|circa|ca\.?|some|at least|at most|over|under|above|below"
    r"|more than|less than"
    r"|between\s+\S+\s+and|\d[\d.,]*\s*(?:-|\u2013|or)|minus|times|further|another|extra|plus|additional"
    r"|somewhere (?:near|around)"
    r"|nearly"
    r"|almost)\s*(?:to\s+)?[^\w\s]?\s*(?:gbp\s*)?$|[-\u2212~]\s?[^\w\s]?$",
    re.IGNORECASE,
)
RANGE = re.compile(r"\s*(?:-|\u2013|to|or|and|up to)\s*[^\w\s]?\d", re.IGNORECASE)
OTHER_SIGN = re.compile(r"(?:[^\w\s.,;:!?()\"'\u2026\u2013\u2014*+=/&#@-]|\b[A-Z]{3})\s?$")
NEXT_WORD = re.compile(r"\s?([^\W\d_]+|[^\w\s.,;:!?()\"'\u2026\u2013\u2014-])")
PLAIN = frozenset(
    "a again all also an and any as asap at back because been before both but by can could day daily double"
    " every exactly for from had has have i if immediately in instead into is it its limit max maximum me mine my"
    " now of on once one only or our out per please pls plz quid pounds pound gbp right she since so"
    " straight taken thanks that the their them then they this ta times to today too twice two up urgently was we"
    " were when which"
    " while who will with within without would you your".split()
)
"""Words that may follow an amount without being its unit."""


def amount_doubt(text: str, amount: Decimal, *, sign: str) -> str | None:
    """Return why a text may not mean this amount exactly and for a day, in words; None where it plainly does.

    `sign` is a pattern of the currency before an amount.
    """
    return _first_doubt(text, amount, lambda match: _exactness(text, match) or _unit(text, match, sign, frozenset()))


def currency_doubt(text: str, amount: Decimal, *, sign: str, names: frozenset[str]) -> str | None:
    """Return why a text may mean this amount in another currency, in words; None where it plainly does not.

    `names` are the words in lower case that may follow it: those of the shop, say.
    """
    return _first_doubt(text, amount, lambda match: _unit(text, match, sign, names))


def _first_doubt(text: str, amount: Decimal, doubt_at: Callable[[re.Match[str]], str | None]) -> str | None:
    places = [match for match in NUMBER.finditer(text) if _value(match.group()) == amount]
    if not places:
        return f"the message does not name {amount} in figures"
    return next((found for match in places if (found := doubt_at(match))), None)


def _exactness(text: str, match: re.Match[str]) -> str | None:
    before, after = text[: match.start()], text[match.end() :]
    if RATE.match(after):
        return f"{match.group()} is meant for another time than a day"
    return f"{match.group()} is not meant as an exact amount" if INEXACT.search(before) or RANGE.match(after) else None


def _unit(text: str, match: re.Match[str], sign: str, names: frozenset[str]) -> str | None:
    before = text[: match.start()]
    if re.search(rf"(?:{sign})\s?$", before, re.IGNORECASE):
        return None
    if OTHER_SIGN.search(before):
        return f"{match.group()} may be in another currency"
    following = NEXT_WORD.match(text, match.end())
    unit = following[1].lower() if following else ""
    return f"{match.group()} may be meant in {unit}" if unit and unit not in PLAIN | names else None


def _value(digits: str) -> Decimal:
    """Return a number's value; with "k" thousands, and a comma before two last digits is a decimal comma."""
    plain = digits.lower().replace(" ", "")
    times = 1000 if plain.endswith("k") else 1
    plain = plain.removesuffix("k")
    return Decimal(plain.replace(",", "." if re.fullmatch(r"[0-9]+,[0-9]{1,2}", plain) else "")) * times
