"""Declared shapes, from plain JSON and back: what a step wrote is what the next one reads, or it is refused.

A value is kept as plain JSON where its declared type makes the same of that again: the same types and values at every
depth. Where it does not, for instance a Decimal in a key of `Any` or a datetime in one of `datetime | str`, the value
itself is kept, if LangGraph's serializer gives it back unchanged. Else the step that made it fails. Conversations are
kept as LangChain messages.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime, time
from functools import cache, cached_property
from math import isfinite
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Overwrite
from pydantic import BaseModel, SecretBytes, SecretStr, TypeAdapter
from pydantic_core import from_json
from typing_extensions import is_typeddict

from baton.errors import ShapeError
from baton.plain import json_text
from baton.redact import redact_texts
from baton.steps.conversations import as_messages
from baton.steps.same import JSON, MISSING, differences, is_json, is_storable, same
from baton.steps.shapes import (
    fields_of,
    hints_of,
    is_conversation,
    is_live,
    is_plain,
    is_record,
    key_adapter,
    typed_dict,
    unqualified,
)
from baton.storage.masking import masked

LONG = re.compile(rb"\d{19}")
NO_DIGITS = bytes({*range(256)} - {*b"0123456789"})
LEAST, MOST = -(2**63), 2**64 - 1  # what a checkpoint can hold
TOO_DEEP = "it nests too deep, or holds itself"
SERDE = JsonPlusSerializer(allowed_msgpack_modules=None)


class Codec:
    """One declared shape: a TypedDict or record; `partial`, none of its keys must be there."""

    def __init__(self, shape: Any, *, partial: bool = False) -> None:
        self.shape: str = shape.__name__
        self._shape, self._partial = shape, partial
        self._hints = {name: unqualified(hint) for name, hint in hints_of(shape).items()}
        self.names = frozenset(self._hints)
        self.messages = {name for name, hint in self._hints.items() if is_conversation(hint)}
        self._live = {name for name, hint in self._hints.items() if is_live(hint)}
        self._plain = {name for name, hint in self._hints.items() if is_plain(hint)} - self._live
        adapter = TypeAdapter[Any](typed_dict(shape, partial=partial))
        self._validate, self._to_json = adapter.validator.validate_python, adapter.serializer.to_json
        self._record = TypeAdapter[Any](shape) if is_record(shape) else None
        self._keys: dict[str, TypeAdapter[Any]] = {}

    @cached_property
    def _lenient(self) -> Callable[[Any], Any]:
        """Reads an input: a number may come as text, a date as ISO 8601."""
        adapter = TypeAdapter[Any](typed_dict(self._shape, partial=self._partial, exact=False))
        return adapter.validator.validate_python

    def load(self, stored: Any, step: str) -> Any:
        """What is stored as the declared shape.

        Raises:
            ShapeError: it does not fit.
        """
        try:
            if self._record is None:
                return self._validate(stored)
            return self._record.validate_python(fields_of(stored))
        except ValueError as error:  # pydantic's errors and bad text are all ValueErrors
            raise ShapeError(step, "read", self.shape, error) from error

    def take(self, given: Any, step: str) -> Any:
        """What a caller gives, in the form that is stored: what the shape makes of it, and nothing it does not know.

        Raises:
            ShapeError: it does not fit.
        """
        try:
            found = fields_of(given)
            read = self._lenient(self._with_messages(found))
            if unknown := found.keys() - read.keys():
                raise _unknown(unknown)
            return self._stored(read)[0]
        except (ValueError, RecursionError) as error:
            raise self._misfit(step, "read", error) from error

    def plain(self, given: dict[str, Any], step: str) -> dict[str, Any]:
        """What a step of another graph gives, in the form that is stored; what the shape does not know is left out.

        Raises:
            ShapeError: it cannot be stored.
        """
        try:
            return self._one_by_one({name: value for name, value in given.items() if name in self._hints})
        except (ValueError, RecursionError) as error:
            raise self._misfit(step, "read", error) from error

    def dump(self, update: Any, step: str) -> tuple[Any, str]:
        """An update in the form that is stored, read back and checked, and the same as JSON text for people.

        Raises:
            ShapeError: it does not fit, or would not be read as it was written.
        """
        try:
            found = update if type(update) is dict else fields_of(update)
            if not isinstance(found, dict):
                raise ValueError(f"it is {type(update).__name__}, not a dict of keys")  # noqa: TRY004 - becomes ShapeError
            over = {}
            if Overwrite in map(type, found.values()):
                over = {name: each.value for name, each in found.items() if type(each) is Overwrite}
            stored, text = self._stored({**found, **over} if over else found)
        except (ValueError, RecursionError) as error:
            raise self._misfit(step, "write", error) from error
        return {**stored, **{name: Overwrite(stored[name]) for name in over}} if over else stored, text

    def text(self, stored: Mapping[str, Any], step: str) -> str:
        """What is stored as JSON text for people and programs.

        Raises:
            ShapeError: it does not fit.
        """
        return self.dump(self.load({name: stored[name] for name in stored if name in self.names}, step), step)[1]

    def load_key(self, name: str, stored: Any) -> Any:
        """One key's value as its declared type; raises ValueError where it does not fit."""
        return self._of(name).validate_python(stored)

    def dump_key(self, name: str, value: Any) -> Any:
        """One key's value in the form that is stored; raises ValueError where it cannot be."""
        return self._kept(name, value)

    def _misfit(self, step: str, verb: str, error: Exception) -> ShapeError:
        return ShapeError(step, verb, self.shape, ValueError(TOO_DEEP) if isinstance(error, RecursionError) else error)

    def _with_messages(self, given: Any) -> Any:
        if not isinstance(given, dict) or not self.messages & given.keys():
            return given
        return {**given, **{name: as_messages(given[name]) for name in self.messages & given.keys()}}

    def _stored(self, value: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """A value of the shape as it is stored, and as text."""
        if not value.keys() <= self.names:
            raise _unknown(value.keys() - self.names)
        apart: dict[str, Any] = {}
        if self.messages or self._live:
            apart = {name: _kept_messages(name, value[name]) for name in self.messages & value.keys()}
            apart |= {name: value[name] for name in self._live & value.keys()}
        rest = {name: each for name, each in value.items() if name not in apart} if apart else value
        try:
            stored, text, lost = self._as_json(rest, apart)
        except ValueError:
            stored, text = self._one_by_one(rest), None
            if all(map(is_json, stored.values())):
                raise  # each can be stored, so what is wrong is what they are
            self._validate({**stored, **apart})
        else:
            stored |= {name: self._kept(name, rest[name]) for name in lost}
        whole = {**stored, **apart} if apart else stored
        return self._masked(whole, json_text(whole) if apart or text is None else text)

    def _masked(self, stored: dict[str, Any], text: bytes) -> tuple[dict[str, Any], str]:
        """What may be kept of a value: without the secrets in its texts."""
        clean = redact_texts(text)
        if clean is text:
            return stored, text.decode()
        return {name: each if name in self._live else masked(each) for name, each in stored.items()}, clean.decode()

    def _as_json(self, rest: dict[str, Any], apart: dict[str, Any]) -> tuple[dict[str, Any], bytes, list[str]]:
        """What is plain, as it is stored and as text, and the keys that would be read as something else."""
        text = self._to_json(rest, warnings="none")
        stored = from_json(text, allow_inf_nan=False)
        if b"null" in text or _has_long_number(text):
            _refuse_unstorable(rest)
        back = self._validate({**stored, **apart} if apart else stored)
        return stored, text, [name for name, each in rest.items() if not self._is_kept(name, each, back.get(name))]

    def _is_kept(self, name: str, value: Any, back: Any) -> bool:
        """Whether a value is read as it was written; JSON's own types are, for they are read exactly."""
        return is_json(value) if name in self._plain else same(value, back)

    def _one_by_one(self, values: dict[str, Any]) -> dict[str, Any]:
        """Each key's value as it is stored, where the whole has no form in JSON that can be read back."""
        return {name: each if is_json(each) else self._kept(name, each) for name, each in values.items()}

    def _kept(self, name: str, value: Any) -> Any:
        """One key's value as it is stored: as plain JSON, or as it is; raises ValueError where neither would do."""
        if name in self.messages:
            return _kept_messages(name, value)
        if name in self._live or (name in self._plain and is_json(value)):
            return value
        adapter, back = self._of(name), None
        with suppress(ValueError):
            stored = from_json(adapter.dump_json(value, warnings="none"), allow_inf_nan=False)
            back = adapter.validate_python(stored)
            if same(value, back):
                return stored
        _refuse_unstorable(value)
        with suppress(ValueError, TypeError):
            fits = is_storable(value) and same(value, adapter.validate_python(value, strict=True))
            if fits and same(value, _from_disk(value)):
                return value
        raise ValueError(f"{name}{_told(value, back)}")

    def _of(self, name: str) -> TypeAdapter[Any]:
        """The type of one key."""
        if name not in self._keys:
            self._keys[name] = key_adapter(self._hints[name])
        return self._keys[name]


def _kept_messages(name: str, value: Any) -> list[BaseMessage]:
    """Messages that a checkpoint gives back as they are; raises ValueError where it would not."""
    messages = as_messages(value)
    if not same(messages, found := _from_disk(messages)):
        raise ValueError(f"{name}{_told(messages, found)}")
    return messages


def _from_disk(value: Any) -> Any:
    """What a checkpoint gives back of a value that stands in it."""
    [found] = SERDE.loads_typed(SERDE.dumps_typed([value]))
    return found


def _told(value: Any, back: Any) -> str:
    """Where a value would be read as something else, and the way out."""
    at, one, other = next(differences(value, back), ("", value, back))
    was, read = type(one).__name__, type(other).__name__
    return f"{at} {_complaint(one, was) or _change(one, other, was, read if back is not None else was)}"


def _complaint(one: Any, was: str) -> str | None:
    """What is wrong with a value wherever it stands."""
    if isinstance(one, SecretStr | SecretBytes):
        return "is a secret, and a checkpoint keeps none: read it in the step that uses it"
    if isinstance(one, datetime | time) and getattr(one.tzinfo, "key", None):
        return f"is a {was} in {one.tzinfo}, whose rules are not kept: write it in UTC, and the zone's name beside it"
    return None


def _change(one: Any, other: Any, was: str, read: str) -> str:
    """What a value would become."""
    if other is MISSING:
        return "is not declared: declare it, or leave it out"
    if isinstance(one, dict) and isinstance(other, BaseModel):
        return f"is a dict and would be read as {read}: write {read}(...)"
    if was != read:
        return f"is a {was} and would be read as {read}: declare {was} alone as its type, or write a {read}"
    if type(one) in JSON and other is not None:
        return f"would be read as {other!r:.60}: write that"
    return f"is a {was} that cannot be stored as it is: keep it out of the state, or in a form of JSON's own"


def _unknown(names: Iterable[str]) -> ValueError:
    return ValueError(f"no such field: {', '.join(sorted(names))}")


def _has_long_number(text: bytes) -> bool:
    """Whether 19 digits stand in a row; counting them first is ten times as fast, and this is every step."""
    return len(text.translate(None, NO_DIGITS)) >= 19 and LONG.search(text) is not None  # noqa: PLR2004 - as LONG


def _refuse_unstorable(value: Any) -> None:
    """Refuse what pydantic would turn into null, and integers that no checkpoint can hold, however deep they stand."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("a number is not finite")
    if isinstance(value, int) and not LEAST <= value <= MOST:
        raise ValueError("an integer has more than 64 bits")
    inner = vars(value) if isinstance(value, BaseModel) else value
    if isinstance(inner, Mapping | Sequence | AbstractSet) and not isinstance(inner, str | bytes):
        for each in inner.values() if isinstance(inner, Mapping) else inner:
            _refuse_unstorable(each)


@cache
def _codec(shape: Any, partial: bool) -> Codec:  # noqa: FBT001 - `codec` names it
    return Codec(shape, partial=partial)


def input_codec(builder: Any) -> Codec:
    """The codec of a graph's input; where that is the whole state, what is left out is not there yet."""
    whole = builder.input_schema is builder.state_schema and is_typeddict(builder.input_schema)
    return codec(builder.input_schema, partial=whole)


def codec(shape: Any, *, partial: bool = False) -> Codec:
    """The codec of a shape, built once."""
    return _codec(shape, partial)
