"""Normalise facts to a case: amounts as decimals, dates as dates."""

import re
from datetime import date
from typing import Any

from bank.responders.facts import ACCOUNT
from bank.responders.words import LARGEST
from bank.text.money import gbp_meant
from baton.offline.transport import Request
from desk.text.dates import days_meant


def case(request: Request) -> dict[str, Any]:
    """Return a `Case` from the data `facts` and `today`."""
    quotes: dict[str, list[str]] = {}
    for fact in request.data.get("facts", []):
        quotes.setdefault(fact["kind"], []).append(fact["quote"])
    today = date.fromisoformat(str(request.data["today"]))
    days = [day for quote in quotes.get("date", []) for day in days_meant(quote, today)[:1]]
    return {
        "request": " ".join(quotes.get("request", ["nothing was asked"])),
        "amounts": [amount for quote in quotes.get("amount", []) for amount in _sums(quote)],
        "dates": [day.isoformat() for day in dict.fromkeys(days)],
        "names": list(dict.fromkeys(quotes.get("name", []))),
        "references": [_reference(quote) for quote in quotes.get("reference", [])],
    }


def _reference(quote: str) -> str:
    """Return the last four digits of a card, or an account's id unchanged."""
    return quote if ACCOUNT.fullmatch(quote) else re.sub(r"\D", "", quote)[-4:]


def _sums(quote: str) -> list[str]:
    """Return the amounts that a quote means in pounds and pence, those that the bank can book."""
    sums = sorted(amount for amount in gbp_meant(quote) if 0 < amount <= LARGEST)
    return [f"{amount:.2f}" for amount in sums if amount == round(amount, 2)]
