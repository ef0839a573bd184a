"""Figures in a text: amounts of money, shares, and periods."""

import re
from functools import lru_cache

from desk.business import business

PERIOD = re.compile(
    r"\b(\d+(?:\.\d+)?)\s?(%|per cent|(?:working |calendar )?(?:minute|hour|day|week|month|year)s?\b)", re.IGNORECASE
)


@lru_cache(maxsize=64)  # the policies are searched for every answer
def figures_in(text: str) -> frozenset[str]:
    """Return the figures of a text in one form: "24.90" is money, "5 working day" a period, "1.5 %" a share."""
    amounts = {f"{amount:.2f}" for amount in business().reader.amounts(text)}
    return frozenset(amounts) | {_normal(*match) for match in PERIOD.findall(" ".join(text.split()))}


def _normal(number: str, unit: str) -> str:
    unit = unit.lower().replace("per cent", "%").rstrip("s")
    return f"{number} {unit}"
