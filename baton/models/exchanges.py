"""What came back over HTTP for the call in progress, beside what a chat model's client hands on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Exchange:
    """One call: the headers of its response, and what the model thought in a field of its own."""

    headers: Mapping[str, str] = field(default_factory=dict)
    thinking: str = ""


_current: ContextVar[Exchange | None] = ContextVar("baton_exchange", default=None)


@contextmanager
def watch_exchange() -> Iterator[Exchange]:
    """Give the exchange of the call that is made inside the block; it stays empty for a client that is not ours."""
    exchange = Exchange()
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


def note_response(headers: Mapping[str, str], thinking: str) -> None:
    """Note what a response brought, for whoever watches the call."""
    if exchange := _current.get():
        exchange.headers, exchange.thinking = headers, thinking
