"""Declared shapes, from plain JSON and back."""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from math import isfinite
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic_core import from_json

from baton.errors import ShapeError
from baton.redact import redact_texts

LONG = re.compile(rb"\d{19}")
NO_DIGITS = bytes({*range(256)} - {*b"0123456789"})
WIDEST = range(-(2**63), 2**64)  # what a checkpoint can hold


class Codec:
    """One declared shape: a TypedDict of records, or a record."""

    def __init__(self, shape: Any) -> None:
        self.shape: str = shape.__name__
        adapter = TypeAdapter[Any](shape)
        self._validate, self._to_json = adapter.validator.validate_python, adapter.serializer.to_json

    def load(self, plain: Any, step: str) -> Any:
        """Plain JSON as the declared shape.

        Raises:
            ShapeError: it does not fit.
        """
        try:
            return self._validate(plain)
        except ValueError as error:  # pydantic's errors and bad text are all ValueErrors
            raise ShapeError(step, "read", self.shape, error) from error

    def take(self, given: dict[str, Any], step: str) -> Any:
        """What a caller gives, as plain JSON: what the shape makes of it, and nothing that it does not know.

        Raises:
            ShapeError: it does not fit.
        """
        try:
            read = self._validate(given)
            if unknown := given.keys() - read.keys():
                raise _unknown(unknown)
            return self._plain(read)[0]
        except ValueError as error:
            raise ShapeError(step, "read", self.shape, error) from error

    def plain(self, given: dict[str, Any], step: str) -> dict[str, Any]:
        """What a step of another graph gives, as plain JSON; what the shape does not know is left out.

        Raises:
            ShapeError: it holds what JSON cannot.
        """
        try:
            made: dict[str, Any] = self._plain(given)[0]
        except ValueError as error:
            raise ShapeError(step, "read", self.shape, error) from error
        return made

    def dump(self, update: Any, step: str) -> tuple[Any, str]:
        """An update as plain JSON that was read back and checked, and the same as text.

        Raises:
            ShapeError: it does not fit, or holds what JSON cannot.
        """
        try:
            plain, text = self._plain(update)
            self._validate(plain)
            if isinstance(update, dict) and (unknown := update.keys() - plain.keys()):
                raise _unknown(unknown)
        except ValueError as error:
            raise ShapeError(step, "write", self.shape, error) from error
        return plain, text.decode()

    def _plain(self, value: Any) -> tuple[Any, bytes]:
        text = self._to_json(value, warnings="none")
        plain = from_json(text, allow_inf_nan=False)
        if b"null" in text or _has_long_number(text):
            _refuse_unstorable(value)
        return _masked(plain, text)


def _masked(plain: Any, text: bytes) -> tuple[Any, bytes]:
    """Plain JSON and its text as they may be kept: without the secrets in its strings."""
    clean = redact_texts(text)
    return (plain, text) if clean is text else (from_json(clean), clean)


def _unknown(names: AbstractSet[str]) -> ValueError:
    return ValueError(f"no such field: {', '.join(sorted(names))}")


def _has_long_number(text: bytes) -> bool:
    """Whether 19 digits stand in a row; counting them first is ten times as fast, and this is every step."""
    return len(text.translate(None, NO_DIGITS)) >= 19 and LONG.search(text) is not None  # noqa: PLR2004 - as LONG


def _refuse_unstorable(value: Any) -> None:
    """Refuse what pydantic would turn into null, and integers that no checkpoint can hold, however deep they stand."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("a number is not finite")
    if isinstance(value, int) and value not in WIDEST:
        raise ValueError("an integer has more than 64 bits")
    inner = vars(value) if isinstance(value, BaseModel) else value
    if isinstance(inner, Mapping | Sequence | AbstractSet) and not isinstance(inner, str | bytes):
        for each in inner.values() if isinstance(inner, Mapping) else inner:
            _refuse_unstorable(each)


codec: Callable[[Any], Codec] = cache(Codec)
"""The codec of a shape, built once."""
