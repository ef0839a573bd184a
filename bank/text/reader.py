"""Reads money, days and names in the texts of the bank's customers."""

from datetime import date
from decimal import Decimal

from bank.text import claims, money
from desk.text import dates, names


class BankReader:
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

    def claims_done(self, reply: str) -> bool:
        """See `Reader`."""
        return claims.claims_done(reply)
