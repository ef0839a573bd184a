"""Normalise facts to a case: amounts as decimals, dates as dates."""

import re
from datetime import date, timedelta
from typing import Any

from bank.skills.facts import MONTHS
from bank.skills.words import amounts
from baton.wire import Request

DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
CENTURY = 2000


def case(request: Request) -> dict[str, Any]:
    """A `Case` from the data `facts` and `today`."""
    quotes: dict[str, list[str]] = {}
    for fact in request.data.get("facts", []):
        quotes.setdefault(fact["kind"], []).append(fact["quote"])
    today = date.fromisoformat(str(request.data["today"]))
    days = [day for quote in quotes.get("date", []) if (day := read_date(quote, today))]
    return {
        "request": " ".join(quotes.get("request", ["nothing was asked"])),
        "amounts": [amount for quote in quotes.get("amount", []) for amount in amounts(quote) if amount.strip("0.")],
        "dates": [day.isoformat() for day in dict.fromkeys(days)],
        "merchants": list(dict.fromkeys(quotes.get("merchant", []))),
        "cards": [re.sub(r"\D", "", quote)[-4:] for quote in quotes.get("card", [])],
        "accounts": quotes.get("account", []),
    }


def read_date(quote: str, today: date) -> date | None:
    """The day that a quote names, never after `today` where it leaves the year open; None when it names none."""
    said = quote.lower()
    if "yesterday" in said or "last night" in said:
        return today - timedelta(days=1)
    if "today" in said or "this morning" in said:
        return today
    if named := next((index for index, day in enumerate(DAYS) if day in said), None):
        return today - timedelta(days=(today.weekday() - named) % 7 or 7)
    return _numbered(said, today)


def _numbered(said: str, today: date) -> date | None:
    numbers = [int(number) for number in re.findall(r"\d+", said)]
    month = next((index for index, name in enumerate(MONTHS, 1) if re.search(rf"\b{name[:3]}", said)), None)
    if month is not None and numbers:
        day, year = numbers[0], numbers[1] if len(numbers) > 1 else None
    elif re.match(r"\d{4}-", said):
        year, month, day = numbers
    elif len(numbers) > 1:
        day, month, year = numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None  # noqa: PLR2004 - d/m/y
    else:
        return None
    return _past(day, month, year, today)


def _past(day: int, month: int, year: int | None, today: date) -> date | None:
    try:
        if year is not None:
            found = date(year if year > 99 else CENTURY + year, month, day)  # noqa: PLR2004 - two digits of a year
            return found if found <= today else None
        this_year = date(today.year, month, day)
        return this_year if this_year <= today else date(today.year - 1, month, day)
    except ValueError:
        return None
