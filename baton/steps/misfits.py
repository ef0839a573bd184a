"""Why a value cannot be stored, in a message that says what to write instead."""

from datetime import datetime, time
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr

from baton.steps.same import JSON, MISSING, differences


def misfit_message(value: Any, back: Any) -> str:
    """The part of a value that would be read back as another value, and what to do about it."""
    at, one, other = next(differences(value, back), ("", value, back))
    written = type(one).__name__
    read = type(other).__name__ if back is not None else written
    return f"{at} {_unstorable_reason(one, written) or _change_message(one, other, written, read)}"


def _unstorable_reason(one: Any, kind: str) -> str | None:
    """Why a value cannot be stored in any key; None where it can."""
    if isinstance(one, SecretStr | SecretBytes):
        return "is a secret, and a checkpoint keeps none: read it in the step that uses it"
    if isinstance(one, datetime | time) and getattr(one.tzinfo, "key", None):
        return f"is a {kind} in {one.tzinfo}, whose rules are not kept: write it in UTC, and the zone's name beside it"
    return None


def _change_message(one: Any, other: Any, written: str, read: str) -> str:
    """The change of a value that is written as one type and read back as another, and its remedy."""
    if other is MISSING:
        return "is not declared: declare it, or leave it out"
    if isinstance(one, dict) and isinstance(other, BaseModel):
        return f"is a dict and would be read as {read}: write {read}(...)"
    if written != read:
        return f"is a {written} and would be read as {read}: declare {written} alone as its type, or write a {read}"
    if type(one) in JSON and other is not None:
        return f"would be read as {other!r:.60}: write that"
    return f"is a {written} that cannot be stored as it is: keep it out of the state, or in a form of JSON's own"
