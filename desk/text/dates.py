"""Days in text: find them, and interpret a customer's words for one."""

import re
from contextlib import suppress
from datetime import date, timedelta

from desk.text.numerals import NUMERAL, number_of

MONTHS = "january february march april may june july august september october november december".split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTH = "|".join(f"{name}|{name[:3]}" for name in MONTHS) + "|sept"
DAY = "|".join(DAYS)
ORDINAL = r"[0-9]{1,2}(?:st|nd|rd|th)"
NUMBERED = re.compile(
    r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b"
    r"|(?<![\w/.-])(?!24/7\b)[0-9]{1,2}(?:/[0-9]{1,2}(?:/(?:[0-9]{4}|[0-9]{2}))?|([.-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2}))\b"
    rf"|\b(?:{ORDINAL}|[0-9]{{1,2}})\s(?:of\s)?(?:{MONTH})\b(?:,?\s[0-9]{{4}}\b)?"
    rf"|\b(?:{MONTH})\s(?:{ORDINAL}|[0-9]{{1,2}})\b(?:,?\s[0-9]{{4}}\b)?",
    re.IGNORECASE,
)
"""A day with its number and its month."""
AGO = re.compile(rf"\b(?:([0-9]{{1,3}})|an?|({NUMERAL}))\s(day|week)s?\sago\b", re.IGNORECASE)
DATE = re.compile(
    rf"{NUMBERED.pattern}|{AGO.pattern}"
    rf"|\b(?:(?:the\s)?day\sbefore\syesterday|yesterday|today|this\smorning|last\snight|(?:last\s|on\s)?(?:{DAY}))\b",
    re.IGNORECASE,
)
"""Any words for a single day that can be read."""
CENTURY = 2000


def days_in(text: str, today: date) -> set[date]:
    """Return every day that a text names by number and month; without a year the last such day up to `today`."""
    return {day for match in NUMBERED.finditer(text) if (day := _day(match.group().lower(), today))}


def days_meant(quote: str, today: date) -> list[date]:
    """Return the days up to `today` that a quote can mean, the likeliest first; empty where it names no single day."""
    if NUMBERED.search(quote):
        return sorted(days_in(quote, today))
    found = list[date]()
    for days in _days_ago(" ".join(quote.lower().split()), today):
        with suppress(OverflowError):  # "a hundred thousand thousand weeks ago" is no day of the calendar
            found.append(today - timedelta(days=days))
    return found


def _days_ago(text: str, today: date) -> list[int]:
    """Return how many days before `today` a day without a month can be, the likeliest first."""
    if ago := AGO.search(text):
        number = int(ago[1]) if ago[1] else number_of(ago[2]) if ago[2] else 1
        return [number * (7 if ago[3] == "week" else 1)]
    for words, days in (("before yesterday", [2]), ("yesterday", [1]), ("last night", [1, 0])):
        if words in text:
            return days
    if re.search(r"\b(?:today|this (?:morning|afternoon))\b", text):
        return [0]
    if weekday := re.search(DAY, text):
        since = (today.weekday() - DAYS.index(weekday.group())) % 7
        return list(dict.fromkeys([since or 7, since, (since or 7) + 7]))
    if ordinal := re.search(rf"\b{ORDINAL}\b", text):
        day_of_month = int(ordinal.group()[:-2])
        return [days for days in range(62) if (today - timedelta(days=days)).day == day_of_month][:1]
    return []


def _day(text: str, today: date) -> date | None:
    numbers = [int(number) for number in re.findall(r"[0-9]+", text)]
    months = (number for number, name in enumerate(MONTHS, 1) if re.search(rf"(?<![a-z]){name[:3]}", text))
    month = next(months, None)
    if month:
        day, year = numbers[0], numbers[1:]
    elif re.match(r"[0-9]{4}-", text):
        day, month, year = numbers[2], numbers[1], numbers[:1]
    else:
        day, month, year = numbers[0], numbers[1], numbers[2:]
    return _latest(day, month, [each if each > 99 else CENTURY + each for each in year], today)  # noqa: PLR2004 - "26"


def _latest(day: int, month: int, years: list[int], today: date) -> date | None:
    """Return the last such day up to `today`, in one of `years` if any; a 29 February may be eight years ago."""
    for year in years or range(today.year, today.year - 9, -1):
        with suppress(ValueError):
            day_found = date(year, month, day)
            if day_found <= today:
                return day_found
    return None
