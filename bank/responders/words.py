"""Classical text processing: words, sentences, amounts."""

import re
from decimal import Decimal

STOP = frozenset(
    "a about after again all also am an and any are as at be because been before being but by can cannot "
    "could dear did do does don't for from get got had has have he hello her here hi him his how i i'm "
    "i've if in into is it it's its just like me more my no not now of off on one only or other our out "
    "over please she should so some such than thank thanks that the their them then there these they this "
    "those through to too under until up very was we were what when where which while who why will with "
    "would you your yours".split()
)
SUM = (
    r"(?:£|\bgbp)\s?([0-9][0-9,]*(?:\.[0-9][0-9]?)?)|(?<![\w.,])([0-9][0-9,]*\.[0-9][0-9])\b(?!\.[0-9])"
    r"|\b([0-9]+)\s?(?:pounds|quid|gbp)\b"
)
AMOUNT = re.compile(SUM, re.IGNORECASE)
TARGET = re.compile(rf"\b(?:to|of|at|limit)\s+(?:only\s+)?(?:{SUM}|([0-9][0-9,]*)\b(?!\s?%|[.,]?[0-9]))", re.IGNORECASE)
LARGEST = Decimal("9999999.99")  # what the bank's own form of an amount can hold


def words(text: str) -> list[str]:
    """Return the meaningful words of a text in lower case, crudely stemmed."""
    tokens = re.findall(r"[a-z][a-z']+", text.lower().replace("\u2019", "'"))
    return [_stem(word) for word in tokens if word not in STOP]


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+", text) if part.strip()]


def amounts(text: str) -> list[str]:
    """Return the amounts of money in a text as decimal strings with two places, in their order."""
    return [amount for groups in AMOUNT.findall(text) for amount in _amount("".join(groups))]


def target_amount(text: str) -> str | None:
    """Return the amount that something shall be set to, with or without a currency ("to 200"); None of several."""
    candidates = [amount for groups in TARGET.findall(text) for amount in _amount("".join(groups))]
    return candidates[0] if len(candidates) == 1 else None


def _amount(digits: str) -> list[str]:
    """Return the amount with two places in a list; empty where it is zero or too large."""
    value = Decimal(digits.replace(",", ""))
    return [f"{value:.2f}"] if 0 < value <= LARGEST else []


def _stem(word: str) -> str:
    for ending in ("'s", "ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 - "is" and "bus" stay whole
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word
