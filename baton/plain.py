"""Values as plain JSON: what is sent, kept and compared, whatever a caller's types are."""

import json
from typing import Any

from pydantic_core import from_json, to_json

MOST_REPR = 10_000  # characters kept of what has no JSON form at all


def canonical(value: Any) -> str:
    """A value as JSON text with sorted keys: equal values give equal text.

    Raises:
        ValueError: it has no JSON form.
    """
    return json.dumps(from_json(to_json(value), allow_inf_nan=False), sort_keys=True)


def plain_json(value: Any) -> Any:
    """A value as plain JSON, whatever it is: what has no JSON form is kept as its `repr`.

    For what came back from the world and must not be lost for its form.
    """
    return from_json(json_text(value))


def json_text(value: Any) -> bytes:
    """A value as JSON text to be looked at, whatever it is; what has no JSON form stands in it as its `repr`."""
    try:
        return to_json(value, fallback=repr, inf_nan_mode="strings", bytes_mode="base64")
    except (ValueError, RecursionError):
        return json.dumps({"repr": repr(value)[:MOST_REPR]}).encode()


def nanousd(usd: float | None) -> int | None:
    """Dollars as they are kept: whole billionths, which add up exactly."""
    return None if usd is None else round(usd * 1e9)


def fits(told: Any, asked: Any) -> bool:
    """Whether what a receiver repeats is what it was asked: of two objects, in the fields that both have."""
    if isinstance(told, dict) and isinstance(asked, dict):
        return all(fits(told[name], asked[name]) for name in told.keys() & asked.keys())
    return str(told) == str(asked)
