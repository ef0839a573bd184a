"""Parses `--set key=value` into a graph's context."""

import json
from typing import Any

from baton.errors import UsageError


def context_of(assignments: list[str]) -> dict[str, Any]:
    """Return the context of the assignments; a value is JSON where it parses, else text.

    Raises:
        UsageError: one is not `key=value`.
    """
    return dict(map(_pair, assignments))


def _pair(assignment: str) -> tuple[str, Any]:
    key, equals, value = assignment.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {assignment!r} is not key=value")
    try:
        return key.strip(), json.loads(value)
    except (ValueError, RecursionError):
        return key.strip(), value
