"""Reads what endpoints say of their limits: in headers, whatever they are called, and in the words of a refusal."""

import re
import time
from collections.abc import Iterator, Mapping

from baton.models.endpoint_errors import parse_duration
from baton.models.pace_rules import Limit, Unit

ABOUT = "ratelimit"
OF_TOKENS = re.compile(r"tokens?.?per|\btpm\b|\btokens?\b[^.]{0,20}(limit|quota)|token.?rate", re.IGNORECASE)
LONGEST_S = 120.0  # a limit that is whole again later than that says nothing of the pace
EPOCH_S, EPOCH_MS = 1e9, 1e12  # larger numbers are a time of the day, not a while


def limits_of(headers: Mapping[str, str]) -> list[Limit]:
    """The limits that the headers of a response name whole: the most, what is left, and when it is whole again."""
    found: dict[Unit, dict[str, str]] = {}
    for name, value in headers.items():
        if ABOUT in name.lower().replace("-", ""):
            unit: Unit = "tokens" if "token" in name else "requests"
            part = next((each for each in ("remaining", "reset", "limit") if each in _bare(name)), None)
            if part:
                found.setdefault(unit, {}).setdefault(part, value)
    return list(_whole(found))


def unit_of(words: str) -> Unit:
    """What a refusal counts, by its words."""
    return "tokens" if OF_TOKENS.search(words) else "requests"


def _bare(name: str) -> str:
    return re.sub(r"rate-?limit", "", name.lower())


def _whole(found: Mapping[Unit, Mapping[str, str]]) -> Iterator[Limit]:
    for unit, parts in found.items():
        try:
            most, left = float(parts["limit"].split(",")[0]), float(parts["remaining"])
            reset = _seconds(parts["reset"])
        except (ValueError, LookupError):
            continue
        if most > 0 and 0 < reset <= LONGEST_S:
            yield Limit(unit, most, left, reset)


def _seconds(text: str) -> float:
    """Seconds until a limit is whole again: a while, or a time since 1970."""
    try:
        number = float(text)
    except ValueError:
        return parse_duration(text)
    if number >= EPOCH_S:
        return number / (1000 if number >= EPOCH_MS else 1) - time.time()
    return number
