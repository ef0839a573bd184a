"""Normalise facts to a case: amounts as decimals, dates as dates."""

import re
from datetime import date
from typing import Any

from bank.dates import days_meant
from bank.money import gbp_meant
from bank.skills.words import LARGEST
from baton.offline.wire import Request


def case(request: Request) -> dict[str, Any]:
    """A `Case` from the data `facts` and `today`."""
    quotes: dict[str, list[str]] = {}
    for fact in request.data.get("facts", []):
        quotes.setdefault(fact["kind"], []).append(fact["quote"])
    today = date.fromisoformat(str(request.data["today"]))
    days = [day for quote in quotes.get("date", []) for day in days_meant(quote, today)[:1]]
    return {
        "request": " ".join(quotes.get("request", ["nothing was asked"])),
        "amounts": [amount for quote in quotes.get("amount", []) for amount in _sums(quote)],
        "dates": [day.isoformat() for day in dict.fromkeys(days)],
        "merchants": list(dict.fromkeys(quotes.get("merchant", []))),
        "cards": [re.sub(r"\D", "", quote)[-4:] for quote in quotes.get("card", [])],
        "accounts": quotes.get("account", []),
    }


def _sums(quote: str) -> list[str]:
    """What a quote means in pounds and pence, as far as the bank can book it."""
    sums = sorted(amount for amount in gbp_meant(quote) if 0 < amount <= LARGEST)
    return [f"{amount:.2f}" for amount in sums if amount == round(amount, 2)]
