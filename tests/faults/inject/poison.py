"""Values that no checkpoint can hold, or that come back as something else; and names that are none."""

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import from_json, to_json

from baton.steps.same import same


class Text(str):
    """A text of a class of its own."""

    __slots__ = ("hidden",)


class Number(enum.IntEnum):
    """A number with a name."""

    ONE = 1


def nest(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


def cyclic() -> list[Any]:
    ring: list[Any] = []
    ring.append(ring)
    return ring


VALUES: Mapping[str, Callable[[], Any]] = {
    "function": lambda: print,
    "lambda": lambda: lambda: None,
    "object": object,
    "class": lambda: int,
    "module": lambda: dt,
    "generator": lambda: (each for each in [1]),
    "complex": lambda: 1j,
    "exception": lambda: ValueError("poison"),
    "2^63": lambda: 2**63,
    "2^64": lambda: 2**64,
    "-2^63 - 1": lambda: -(2**63) - 1,
    "10^400": lambda: 10**400,
    "NaN": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "-infinity": lambda: float("-inf"),
    "-0.0": lambda: -0.0,
    "1e308": lambda: 1e308,
    "nested 100 deep": lambda: nest(100),
    "nested 1,000 deep": lambda: nest(1_000),
    "nested 100,000 deep": lambda: nest(100_000),
    "cyclic": cyclic,
    "lone surrogate": lambda: "\ud83d",
    "surrogate as a key": lambda: {"\ud83d": 1},
    "NUL": lambda: "a\0b",
    "bidi": lambda: "\u202eevil",
    "bytes": lambda: b"\xff\x00",
    "plain bytes": lambda: b"text",
    "bytearray": lambda: bytearray(b"text"),
    "tuple": lambda: (1, 2),
    "set": lambda: {1, 2},
    "number as a key": lambda: {1: "one"},
    "None as a key": lambda: {None: 1},
    "text of a class": lambda: Text("text"),
    "number of a class": lambda: Number.ONE,
    "decimal": lambda: decimal.Decimal("1.10"),
    "moment": lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    "uuid": lambda: uuid.UUID(int=1),
    "2 MB": lambda: "x" * 2_000_000,
    "10,000 keys": lambda: {str(key): key for key in range(10_000)},
    "prototype": lambda: {"__proto__": {"admin": True}, "lc": 1, "type": "constructor", "id": ["os", "system"]},
}

NAMES: Mapping[str, Any] = {
    "empty": "",
    "blank": " ",
    "dots": "..",
    "path": "../../etc/passwd",
    "absolute": "/etc/passwd",
    "NUL": "a\0b",
    "newline": "abc\n",
    "two lines": "a\nb",
    "SQL": "x'; DROP TABLE runs; --",
    "pattern": "%",
    "surrogate": "\ud83d",
    "bidi": "\u202ea",
    "full-width": "\uff41",
    "other digits": "\u0661",
    "65 letters": "a" * 65,
    "1 MB": "a" * 1_000_000,
    "markup": "<script>",
    "escape": "\x1b[2J",
    "number": 7,
    "list": ["a"],
    "bytes": b"a",
}
"""Thread ids that must be refused."""


def is_unchanged(given: Any, found: Any) -> bool:
    """Whether what was found is what was given: itself, or as JSON, in which a run's input waits for its turn."""
    return same(given, found) or bool(from_json(to_json(given)) == found)
