"""Find the facts of a message by patterns, each with the words that say it."""

import re
from collections.abc import Iterator
from typing import Any

from bank.responders.words import AMOUNT, sentences
from bank.text.money import FOREIGN
from baton.offline.transport import Request
from desk.text.dates import DATE, DAY, MONTH
from desk.text.names import names_in

CARD = re.compile(r"\[card ending \d{4}\]|\bending(?:\sin)?\s\d{4}\b", re.IGNORECASE)
ACCOUNT = re.compile(r"\bA\d{3,}\b")
WISH = re.compile(
    r"\?|\b(?:please|want|need|would like|can you|could you|help|tell me|how|why|when|where)\b", re.IGNORECASE
)
WITHIN_A_WORD = re.compile(r"\w|[.,/][0-9]")
WITHIN_A_NUMBER = re.compile(r"[0-9][.,/]")
NOT_NAMED = re.compile(rf"(?:{DAY}|{MONTH}|the|my|i)\b", re.IGNORECASE)


def facts(request: Request) -> dict[str, Any]:
    """Return a `Facts` from the data `message`."""
    message = str(request.data.get("message", ""))
    return {"facts": [{"kind": kind, "quote": quote} for kind, quote in _facts_in(message)]}


def _facts_in(message: str) -> Iterator[tuple[str, str]]:
    """Yield kind and quote of each fact in the order of the kinds, the request last."""
    no_amounts = [match.span() for pattern in (DATE, FOREIGN) for match in pattern.finditer(message)]
    for match in _whole(AMOUNT, message):
        if not any(start <= match.start() < end for start, end in no_amounts):
            yield "amount", match.group()
    for kind, pattern in (("date", DATE), ("reference", CARD), ("reference", ACCOUNT)):
        yield from ((kind, match.group()) for match in _whole(pattern, message))
    for name in names_in(message):
        if not NOT_NAMED.match(name) and not ACCOUNT.fullmatch(name):
            yield "name", name
    if parts := sentences(message):
        yield "request", next((sentence for sentence in reversed(parts) if WISH.search(sentence)), parts[-1])


def _whole(pattern: re.Pattern[str], message: str) -> Iterator[re.Match[str]]:
    """Yield the matches that are not parts of a longer word or number."""
    for match in pattern.finditer(message):
        start, end = match.span()
        if not WITHIN_A_WORD.match(message, end) and not WITHIN_A_NUMBER.match(message, max(start - 2, 0)):
            yield match
