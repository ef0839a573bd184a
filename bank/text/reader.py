"""Reads money, days and names in the texts of the bank's customers."""

from decimal import Decimal

from bank.text import money
from bank.text.claims import CLAIMS
from desk.records import Claim
from desk.text.reader import EnglishText


class BankReader(EnglishText):
    """The `Reader` of the bank: pounds, British dates, English."""

    def amounts(self, text: str) -> set[Decimal]:
        """See `Reader`."""
        return money.gbp_in(text)

    def amounts_meant(self, quote: str) -> set[Decimal]:
        """See `Reader`."""
        return money.gbp_meant(quote)

    def without_foreign(self, text: str) -> str:
        """See `Reader`."""
        return money.FOREIGN.sub(" ", text)

    def claims(self, reply: str, sources: str) -> list[Claim]:
        """See `Reader`."""
        return CLAIMS.of(reply, sources)
