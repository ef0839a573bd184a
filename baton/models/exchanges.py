"""What came back over HTTP for the call in progress, beside what a chat model's client hands on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from baton.models.dialects import Dialect

RECORDED_SECONDS = "x-recorded-seconds"
"""The header of an answer from a file of recordings: how long the model took for it."""


@dataclass(slots=True)
class Exchange:
    """One call: its dialect, the headers of its response, and what the model thought in a field of its own."""

    dialect: Dialect
    headers: Mapping[str, str] = field(default_factory=dict)
    thinking: str = ""


_current: ContextVar[Exchange | None] = ContextVar("baton_exchange", default=None)


@contextmanager
def watch_exchange(dialect: Dialect) -> Iterator[Exchange]:
    """Give the exchange of the call in a dialect that is made inside; it stays empty for a client that is not ours."""
    exchange = Exchange(dialect)
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


def note_response(headers: Mapping[str, str], thinking: str) -> None:
    """Note what a response brought, for whoever watches the call."""
    if exchange := _current.get():
        exchange.headers, exchange.thinking = headers, thinking


def dialect_of_call() -> Dialect | None:
    """The dialect of the call in progress; None where nobody said in which it is made."""
    exchange = _current.get()
    return exchange.dialect if exchange else None
