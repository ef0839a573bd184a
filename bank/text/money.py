"""Amounts of money in text."""

import re
from decimal import Decimal

from desk.text.numerals import NUMERAL, number_of

_DIGITS = r"(?<![\w.,])[0-9][0-9,]*(?:\.[0-9]+)?"
_AFTER_SIGN = r"[0-9][0-9,]*(?:\.[0-9]+)?"
_CODE = r"(?:eur|usd|aud|cad|chf|jpy)"
_OTHERS = rf"(?:{_CODE}|euros?|dollars?|bucks|cents?|yen|francs?|pence)\b"
FOREIGN = re.compile(
    rf"(?:[€$¥]|\b{_CODE})\s?{_AFTER_SIGN}|(?:{_DIGITS}|{NUMERAL})\s?(?:[€$¥](?!\s?[0-9])|{_OTHERS})|{_DIGITS}p\b",
    re.IGNORECASE,
)
"""Amounts in another currency than pounds, with its sign or name."""

MONEY = re.compile(
    rf"(?:\bgbp|£)\s?(?P<signed>{_AFTER_SIGN})(?P<k>\s?k\b)?"
    rf"|(?P<named>{_DIGITS})(?P<thousands>\s?k)?\s?(?:gbp\b|£|pounds?\b|quid\b)"
    r"|(?P<bare>(?<![\w.,])[0-9][0-9,]*\.[0-9]{2})(?![\w/]|[.,][0-9]|\s?%)"
    rf"|(?P<words>{NUMERAL})\s(?:pounds?|quid)\b",
    re.IGNORECASE,
)
"""Amounts in pounds; a number with two decimals and no currency is one too."""
NUMBER = re.compile(rf"({_DIGITS})(\s?k\b)?", re.IGNORECASE)


def gbp_in(text: str) -> set[Decimal]:
    """Return every amount in pounds that a text names."""
    return {_value(match) for match in MONEY.finditer(FOREIGN.sub(" ", text))}


def gbp_meant(quote: str) -> set[Decimal]:
    """Return the amounts that a customer's words can mean: pounds, or bare numbers where no currency is named."""
    bare = NUMBER.findall(FOREIGN.sub(" ", quote))
    return gbp_in(quote) or {_decimal(digits) * (1000 if thousands else 1) for digits, thousands in bare}


def _value(match: re.Match[str]) -> Decimal:
    if match["words"]:
        return Decimal(number_of(match["words"]))
    digits = match["signed"] or match["named"] or match["bare"]
    return _decimal(digits) * (1000 if match["k"] or match["thousands"] else 1)


def _decimal(digits: str) -> Decimal:
    """Return the number of some digits; a comma before the last one or two digits is a decimal comma ("24,90")."""
    return Decimal(digits.replace(",", "." if re.fullmatch(r"[0-9]+,[0-9]{1,2}", digits) else ""))
