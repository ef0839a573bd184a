"""Find the facts of a message by patterns, each with the words that say it."""

import re
from collections.abc import Iterator
from typing import Any

from bank.skills.words import AMOUNT, sentences
from baton.wire import Request

MONTHS = "january february march april may june july august september october november december".split()
MONTH = "|".join(f"{name}|{name[:3]}" for name in MONTHS)
DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
DATE = re.compile(
    r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}/\d{1,2}(?:/\d{2,4})?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?(?:{MONTH})\b(?:\s\d{{4}})?"
    rf"|\b(?:{MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?"
    rf"|\b(?:yesterday|today|this morning|last night|(?:last\s|on\s)?(?:{DAYS}))\b",
    re.IGNORECASE,
)
CARD = re.compile(r"\[card ending \d{4}\]|\bending(?:\sin)?\s\d{4}\b", re.IGNORECASE)
ACCOUNT = re.compile(r"\bA\d{3,}\b")
MERCHANT = re.compile(r"\b(?:at|from|by|to|with)\s((?:[A-Z][\w&'-]+)(?:\s(?:[A-Z][\w&'-]+|&))*)")
WISH = re.compile(
    r"\?|\b(?:please|want|need|would like|can you|could you|help|tell me|how|why|when|where)\b", re.IGNORECASE
)
NOT_NAMED = re.compile(rf"(?:{DAYS}|{MONTH}|the|my|i)\b", re.IGNORECASE)


def facts(request: Request) -> dict[str, Any]:
    """A `Facts` from the data `message`; on a complaint, only what stands in the message letter for letter."""
    message = str(request.data.get("message", ""))
    found = [{"kind": kind, "quote": quote} for kind, quote in _found(message)]
    return {"facts": [fact for fact in found if fact["quote"] in message]}


def _found(message: str) -> Iterator[tuple[str, str]]:
    """Facts in the order of their kinds, the request last."""
    dates = [match.span() for match in DATE.finditer(message)]
    for match in AMOUNT.finditer(message):
        if not any(start <= match.start() < end for start, end in dates):
            yield "amount", match.group()
    for kind, pattern in (("date", DATE), ("card", CARD), ("account", ACCOUNT)):
        yield from ((kind, match.group()) for match in pattern.finditer(message))
    for match in MERCHANT.finditer(message):
        if not NOT_NAMED.match(match.group(1)) and not ACCOUNT.fullmatch(match.group(1)):
            yield "merchant", match.group(1)
    if said := sentences(message):
        yield "request", next((sentence for sentence in reversed(said) if WISH.search(sentence)), said[-1])
