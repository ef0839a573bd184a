"""Quote requests in a customer's own words, so that a reply or a reason names them."""

from collections.abc import Sequence
from textwrap import shorten

LONGEST, SHORTEST, ROOM = 400, 40, 8_000  # characters of one quote, at most and at least, and of all


def quoted(requests: Sequence[str]) -> str:
    """Return the requests in quotes, on one line; every one is there, a long one shortened."""
    room = max(SHORTEST, min(LONGEST, ROOM // max(1, len(requests))))
    return ", ".join(f"“{shorten(each, room, placeholder=' …') or each[:room]}”" for each in requests)
