"""The desk's clock: what day it is decides what a transaction of yesterday is, and which policies are in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

_set: list[datetime] = []


def now() -> datetime:
    """The present moment in UTC, or the one that the clock was set to."""
    return _set[-1] if _set else datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Set the clock of this process to a moment, at which it stands still, for the length of a block.

    What a model was asked on one day is asked in the same words on another.
    """
    _set.append(moment)
    try:
        yield
    finally:
        _set.pop()
