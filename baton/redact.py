"""Takes secrets and card numbers out of text before it is kept."""

import json
import re
from collections.abc import Iterable, Iterator

SECRET = re.compile(r"\b(?:sk|pk|ls|lsv2|ghp|xox[abp])[-_][A-Za-z0-9_-]{8,}|\bBearer\s+[A-Za-z0-9._~+/-]{8,}=*")
NUMBER = re.compile(
    r"(?<![\w-])(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-9a-f]{32})(?![\w-])"
    r"|\d(?:[ \u00a0\u2009\u202f-]?\d){12,}"
)
"""Groups of digits, long enough for a card number; what follows it (its expiry) may join its groups.

Or the id of a run, a task or a question (RFC 9562, or 32 digits to the base 16): one UUID in four hundred holds digits
that would pass for a card's, and an id that is masked is found by nobody.
"""

JOINED = ("sk-", "sk_", "pk-", "pk_", "ls-", "ls_", "lsv2", "ghp", "xox")
"""What every secret with a "-" or a "_" in it that SECRET knows holds; the others hold "Bearer"."""

DIGIT_BYTES = b"0123456789" + bytes({*range(0xD9, 0xF1)} - {0xE2})
"""Bytes of UTF-8 text, one of which begins every digit of every script; no £, € or typographic quote
begins with one."""

OTHER_BYTES = bytes({*range(256)} - {*DIGIT_BYTES})

LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])\d{13,19}(?![\d.eE])')
"""Of JSON text, the strings and the integers as long as a card number; never a part of a fraction."""

LEAST, MOST = 13, 19  # digits of a card number
SHORTEST_SECRET = 8  # a shorter one would be found in the middle of words

_hidden: set[str] = set()


def hide(secret: str) -> None:
    """From now on, keep this very text out too: a key need not look like one, and an endpoint may repeat it."""
    if len(secret) >= SHORTEST_SECRET:
        _hidden.add(secret)


def redact(text: str) -> str:
    """`text` with API keys replaced and payment card numbers masked to their last four digits."""
    for secret in _hidden:
        text = text.replace(secret, "[secret]")
    return SECRET.sub("[secret]", NUMBER.sub(_masked, text))


def sendable(text: str) -> str:
    """`text` without halves of surrogate pairs, which an error may quote and SQLite refuses."""
    return text.encode("utf-8", "replace").decode()


def redact_error(text: str) -> str:
    """An error's text as a row can hold it, and redacted."""
    return redact(sendable(text))


def redact_json(text: str) -> str:
    """JSON text redacted, and still JSON: masking changes the inside of strings, and turns numbers into strings."""
    return LITERAL.sub(_literal, text) if _suspect(text) else text


def _suspect(text: str) -> bool:
    """Whether anything may have to be redacted: a look ten times as fast as redacting, and this is every span."""
    if "Bearer" in text or _holds(text, _hidden) or (("-" in text or "_" in text) and _holds(text, JOINED)):
        return True
    digits = len(text.encode("utf-8", "surrogatepass").translate(None, OTHER_BYTES))
    return digits >= LEAST and NUMBER.search(text) is not None


def _holds(text: str, marks: Iterable[str]) -> bool:
    for mark in marks:  # noqa: SIM110 - `any` over a generator takes three times as long
        if mark in text:
            return True
    return False


def holds_card_number(text: str) -> bool:
    """Whether a payment card number stands in `text`."""
    return any(True for match in NUMBER.finditer(text) if not match["id"] for _ in _cards(match.group()))


def _literal(match: re.Match[str]) -> str:
    plain = str(json.loads(match.group()))
    clean = redact(plain)
    return match.group() if clean == plain else json.dumps(clean, ensure_ascii=False)


def _masked(match: re.Match[str]) -> str:
    number = match.group()
    if match["id"]:
        return number
    parts, done = [], 0
    for start, end in _cards(number):
        parts += [number[done:start], f"[card ending {_digits(number[start:end])[-4:]}]"]
        done = end
    return "".join([*parts, number[done:]])


def _cards(number: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand in groups of digits: whole groups, the longest that fits first, none twice."""
    groups = [match.span() for match in re.finditer(r"\d+", number)]
    first = 0
    while first < len(groups):
        start, last = groups[first][0], first
        for index in range(first, min(first + MOST, len(groups))):
            if _is_card(_digits(number[start : groups[index][1]])):
                last = index + 1
        if last > first:
            yield start, groups[last - 1][1]
        first = max(last, first + 1)


def _is_card(digits: str) -> bool:
    return LEAST <= len(digits) <= MOST and _luhn(digits)


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdigit())


def _luhn(digits: str) -> bool:
    """The check sum that every card number carries (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - the standard's 9 and 10
