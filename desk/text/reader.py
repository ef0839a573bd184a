"""Readers of English, by the modules of `desk/text`: a whole one for amounts in one currency, and what all share."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from desk.business import Knowledge
from desk.knowledge.small_talk import small_talk
from desk.records import Aside, Claim
from desk.text import asides, dates, names, requests, tone
from desk.text.claims import Act, Claims
from desk.text.strange import strange_in

NUMBER = r"\d[\d,]*(?:\.\d+)?"
FREE = re.compile(r"\b(?:free|no (?:charge|cost|fee)|without (?:charge|cost)|costs? (?:you )?nothing)\b", re.IGNORECASE)
NEGATION = re.compile(r"\b(?:not|never|no|without|cannot|\w+n't|dont|didnt|cant|wont)$", re.IGNORECASE)
NEAR = 12  # characters before words, in which a negation denies them


class EnglishText:
    """Reads all but money and claims: the part of a `Reader` that every business with customers in English shares."""

    def set_aside(self, message: str, knowledge: Knowledge) -> tuple[str, list[Aside]]:
        """See `Reader`; small talk is told by the router."""
        return asides.set_aside(message, small_talk(knowledge, message))

    def requests(self, text: str, knowledge: Knowledge, *, doubted: bool = False) -> list[str]:
        """See `Reader`."""
        return requests.requests_in(text, knowledge, doubted=doubted)

    def left_out(self, text: str, given: Sequence[str], knowledge: Knowledge) -> list[str]:
        """See `Reader`."""
        return requests.left_out(text, given, knowledge)

    def denies(self, words: str) -> bool:
        """See `Reader`."""
        return NEGATION.search(words, max(0, len(words) - NEAR)) is not None

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

    def calls_free(self, reply: str) -> bool:
        """See `Reader`."""
        return FREE.search(reply) is not None

    def strange_contents(
        self, reply: str, sources: Collection[str], *, own: Collection[str] = (), names: Collection[str] = ()
    ) -> str | None:
        """See `Reader`."""
        return strange_in(reply, sources, own, names)

    def tone_fault(self, reply: str) -> str | None:
        """See `Reader`."""
        return tone.tone_fault(reply)


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
