"""Amounts of money in text."""

import re
from decimal import Decimal

MONEY = re.compile(
    r"(?:GBP|£)\s?(\d[\d,]*(?:\.\d\d?)?)|(?<![\d.,])(\d[\d,]*(?:\.\d\d?)?)\s?(?:GBP|£|pounds?\b)", re.IGNORECASE
)


def gbp_in(text: str) -> set[Decimal]:
    """Every amount that a text names in pounds."""
    return {Decimal("".join(found).replace(",", "")) for found in MONEY.findall(text)}
