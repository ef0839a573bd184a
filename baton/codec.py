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

LONG = re.compile(rb"\d{19}")
WIDEST = range(-(2**63), 2**64)  # what a checkpoint can hold


class Codec:
    """One declared shape: a TypedDict of records, or a record."""

    def __init__(self, shape: Any) -> None:
        self.shape: str = shape.__name__
        self._adapter = TypeAdapter[Any](shape)

    def load(self, plain: Any, step: str) -> Any:
        """Plain JSON as the declared shape.

        Raises:
            ShapeError: it does not fit.
        """
        try:
            return self._adapter.validate_python(plain)
        except ValueError as error:  # pydantic's errors and bad text are all ValueErrors
            raise ShapeError(step, "read", self.shape, error) from error

    def dump(self, update: Any, step: str) -> tuple[Any, str]:
        """An update as plain JSON that was read back and checked, and the same as text.

        Raises:
            ShapeError: it does not fit, or holds what JSON cannot.
        """
        try:
            text = self._adapter.dump_json(update, warnings="none")
            plain = from_json(text, allow_inf_nan=False)
            self._adapter.validate_python(plain)
            if b"null" in text or LONG.search(text):  # twice as fast as one pattern for both, and this is every step
                _refuse_unstorable(update)
            if isinstance(update, dict) and (unknown := update.keys() - plain.keys()):
                raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
        except ValueError as error:
            raise ShapeError(step, "write", self.shape, error) from error
        return plain, text.decode()


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
