"""Converts values of any type to plain JSON, to send, store and compare them."""

import json
from typing import Any

from pydantic_core import from_json, to_json

MOST_REPR = 10_000  # characters of the `repr` of a value that has no JSON form at all


def canonical(value: Any) -> str:
    """A value as JSON text with sorted keys: equal values give equal text.

    Raises:
        ValueError: the value has no JSON form.
    """
    return json.dumps(from_json(to_json(value), allow_inf_nan=False), sort_keys=True)


def plain_json(value: Any) -> Any:
    """Any value as plain JSON; a part that has no JSON form is replaced by its `repr`.

    For values from outside, such as receipts, which must not be lost for their form.
    """
    try:
        return from_json(json_text(value))
    except ValueError:  # it nests deeper than is read, and less deep than is written
        return _described(value)


def json_text(value: Any) -> bytes:
    """Any value as JSON text for a reader; a part that has no JSON form is replaced by its `repr`."""
    try:
        return to_json(value, fallback=repr, inf_nan_mode="strings", bytes_mode="base64")
    except (ValueError, RecursionError):
        return json.dumps(_described(value)).encode()


def _described(value: Any) -> dict[str, str]:
    return {"repr": repr(value)[:MOST_REPR]}


def nanousd(usd: float | None) -> int | None:
    """Dollars as whole billionths, the unit of stored amounts, which add up exactly."""
    return None if usd is None else round(usd * 1e9)


def fits(repeated: Any, sent: Any) -> bool:
    """Whether a value that a receiver repeats is the one that was sent; objects are compared in the fields of both."""
    if isinstance(repeated, dict) and isinstance(sent, dict):
        return all(fits(repeated[name], sent[name]) for name in repeated.keys() & sent.keys())
    return str(repeated) == str(sent)
