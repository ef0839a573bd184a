"""Readers of customers' texts in English: days, names, and amounts in one currency. Most businesses use this one."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from desk.text import dates, names
from desk.text.claims import Act, Claim, Claims

NUMBER = r"\d[\d,]*(?:\.\d+)?"


class EnglishText:
    """Reads days, names and words: the part of a `Reader` that all businesses share."""

    def days(self, text: str, today: date) -> set[date]:
        """See `Reader`."""
        return dates.days_in(text, today)

    def days_meant(self, quote: str, today: date) -> list[date]:
        """See `Reader`."""
        return dates.days_meant(quote, today)

    def names(self, text: str) -> list[str]:
        """See `Reader`."""
        return names.names_in(text)

    def words(self, text: str) -> set[str]:
        """See `Reader`."""
        return names.words_of(text)


class EnglishReader(EnglishText):
    """A `Reader` for one currency.

    Each argument is a pattern: the signs and words of the business's currency (`own`) and of others (`foreign`), and
    how a reply speaks of each action (`acts`, by name). `sums` matches every amount in the own currency.
    """

    def __init__(self, *, own: str, foreign: str, acts: Mapping[str, Act]) -> None:
        self.sums, self._foreign = _sums_in(own), _sums_in(foreign)
        self._claims = Claims(acts)

    def amounts(self, text: str) -> set[Decimal]:
        """See `Reader`."""
        matches = self.sums.finditer(self.without_foreign(text))
        return {_decimal(each["after"] or each["before"]) for each in matches}

    def amounts_meant(self, quote: str) -> set[Decimal]:
        """See `Reader`."""
        return self.amounts(quote) or {_decimal(each) for each in re.findall(NUMBER, self.without_foreign(quote))}

    def without_foreign(self, text: str) -> str:
        """See `Reader`."""
        return self._foreign.sub(" ", text)

    def claims(self, reply: str, sources: str) -> list[Claim]:
        """See `Reader`."""
        return self._claims.of(reply, sources)


def _sums_in(currency: str) -> re.Pattern[str]:
    """Return the pattern of a number with a currency before it or after it."""
    return re.compile(
        rf"(?<!\w)(?:{currency})\s?(?P<after>{NUMBER})|(?<![\w.,])(?P<before>{NUMBER})\s?(?:{currency})(?!\w)",
        re.IGNORECASE,
    )


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))
