"""Declared shapes, from plain JSON and back: the next step reads the value that a step wrote, or it is refused.

A value is stored as plain JSON where its declared type reads the same value back: the same types and values at every
depth. Where it does not, for instance a Decimal in a key of `Any` or a datetime in one of `datetime | str`, the value
itself is stored, if LangGraph's serializer returns it unchanged. Else the step that made it fails. Conversations are
stored as LangChain messages.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cache, cached_property
from math import isfinite
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Overwrite
from pydantic import BaseModel, TypeAdapter
from pydantic_core import from_json
from typing_extensions import is_typeddict

from baton.errors import Fatal, ShapeError
from baton.plain import json_text
from baton.redact import redact_texts, signs_of
from baton.steps.conversations import as_messages
from baton.steps.misfits import misfit_message
from baton.steps.same import is_json, is_storable, same
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
from baton.storage.masking import mask

LONG = re.compile(rb"\d{19}")
LEAST, MOST = -(2**63), 2**64 - 1  # the integers that a checkpoint can hold
TOO_DEEP = "it nests too deep, or holds itself"
SERDE = JsonPlusSerializer(allowed_msgpack_modules=None)


class Codec:
    """One declared shape, a TypedDict or record; with `partial`, no key is required."""

    def __init__(self, shape: Any, *, partial: bool = False) -> None:
        self.shape: str = shape.__name__
        self._shape, self._partial = shape, partial
        self._hints = {name: unqualified(hint) for name, hint in hints_of(shape).items()}
        self.names = frozenset(self._hints)
        self.messages = {name for name, hint in self._hints.items() if is_conversation(hint)}
        self._live = {name for name, hint in self._hints.items() if is_live(hint)}
        self._plain = {name for name, hint in self._hints.items() if is_plain(hint)} - self._live
        self._apart = self.messages | self._live
        adapter = TypeAdapter[Any](typed_dict(shape, partial=partial))
        self._validate, self._to_json = adapter.validator.validate_python, adapter.serializer.to_json
        self._record = TypeAdapter[Any](shape) if is_record(shape) else None
        self._keys: dict[str, TypeAdapter[Any]] = {}

    @cached_property
    def _lenient(self) -> Callable[[Any], Any]:
        """The validator of an input, which takes a number as text and a date as ISO 8601."""
        adapter = TypeAdapter[Any](typed_dict(self._shape, partial=self._partial, exact=False))
        return adapter.validator.validate_python

    def load(self, stored: Any, step: str) -> Any:
        """Read a stored value as the declared shape.

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
        """Convert a caller's input to the form that is stored.

        Raises:
            ShapeError: it does not fit, or has a key that the shape does not have.
        """
        try:
            values = fields_of(given)
            validated = self._lenient(self.with_messages(values))
            if unknown := values.keys() - validated.keys():
                raise _unknown_fields(unknown)
            return self._store(validated)[0]
        except (ValueError, RecursionError) as error:
            raise self._shape_error(step, "read", error) from error

    def with_messages(self, given: Any) -> Any:
        """Convert the conversations of an input to messages without loss, for instance of one that was kept as text.

        Raises:
            ValueError: a value is no message.
        """
        if not isinstance(given, dict) or not self.messages & given.keys():
            return given
        return {**given, **{name: as_messages(given[name]) for name in self.messages & given.keys()}}

    def comparable(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The part of a taken input, kept as JSON, that is the same whenever that input is given.

        That is who says what in its conversations, and the keys of JSON's own types.
        """
        same_again = {name: kept[name] for name in self._plain & kept.keys()}
        for name in self.messages & kept.keys():
            same_again[name] = [(each.get("type"), each.get("content")) for each in kept[name]]
        return same_again

    def take_inner(self, given: dict[str, Any], step: str) -> dict[str, Any]:
        """Convert the input from a step of another graph to the form that is stored; unknown keys are left out.

        Raises:
            ShapeError: it cannot be stored.
        """
        try:
            return self._store_each({name: value for name, value in given.items() if name in self._hints})
        except (ValueError, RecursionError) as error:
            raise self._shape_error(step, "read", error) from error

    def take_update(self, update: dict[str, Any], step: str) -> dict[str, Any]:
        """Convert an update from a graph inside to the form that is stored, masked; unknown keys are left out.

        A value of JSON's own types is in that form already: a step of ours has converted it.

        Raises:
            ShapeError: it cannot be stored.
        """
        known = {name: value for name, value in update.items() if name in self._hints}
        over = {name: value.value for name, value in known.items() if type(value) is Overwrite}
        try:
            stored = self._store_each({**known, **over})
        except (ValueError, RecursionError) as error:
            raise self._shape_error(step, "write", error) from error
        masked = {name: each if name in self._live else mask(each) for name, each in stored.items()}
        return {**masked, **{name: Overwrite(masked[name]) for name in over}}

    def dump(self, update: Any, step: str) -> tuple[Any, str]:
        """Convert an update to the form that is stored, checked by reading it back; with the same as JSON text.

        Raises:
            ShapeError: it does not fit, or would be read back as another value.
        """
        try:
            values = update if type(update) is dict else fields_of(update)
            if not isinstance(values, dict):
                raise ValueError(f"it is {type(update).__name__}, not a dict of keys")  # noqa: TRY004 - becomes ShapeError
            over = {}
            if Overwrite in map(type, values.values()):
                over = {name: each.value for name, each in values.items() if type(each) is Overwrite}
            stored, text = self._store({**values, **over} if over else values)
        except (ValueError, RecursionError) as error:
            raise self._shape_error(step, "write", error) from error
        return {**stored, **{name: Overwrite(stored[name]) for name in over}} if over else stored, text

    def text(self, stored: Mapping[str, Any], step: str) -> str:
        """A stored value as JSON text, for people and programs.

        Raises:
            ShapeError: it does not fit.
        """
        return self.dump(self.load({name: stored[name] for name in stored if name in self.names}, step), step)[1]

    def load_key(self, name: str, stored: Any) -> Any:
        """Read the stored value of one key as its declared type; raises ValueError where it does not fit."""
        return self._adapter_of(name).validate_python(stored)

    def dump_key(self, name: str, value: Any) -> Any:
        """Convert the value of one key to the form that is stored; raises ValueError where it cannot be stored."""
        return self._store_value(name, value)

    def _shape_error(self, step: str, verb: str, error: Exception) -> ShapeError:
        return ShapeError(step, verb, self.shape, ValueError(TOO_DEEP) if isinstance(error, RecursionError) else error)

    def _store(self, value: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Convert a value of the shape to the form that is stored, masked; with the same as text."""
        if not value.keys() <= self.names:
            raise _unknown_fields(value.keys() - self.names)
        apart = self._store_apart(value) if self._apart else {}
        rest = {name: each for name, each in value.items() if name not in apart} if apart else value
        text, signs = None, b""
        try:
            text = self._to_json(rest, warnings=False)  # `warnings="none"` means the same and takes twice as long
            signs = signs_of(text)
            stored, lost = self._read_back(rest, text, signs, apart)
        except ValueError:
            stored, text = self._store_each(rest), None
            if all(map(is_json, stored.values())):
                raise  # every value can be stored, so one is wrong for its key
            self._validate({**stored, **apart})
        else:
            for name in lost:
                stored[name] = self._store_value(name, rest[name])
        if not apart and text is not None:
            return self._mask(stored, text, signs)
        whole = {**stored, **apart}
        text = json_text(whole)
        return self._mask(whole, text, signs_of(text))

    def _store_apart(self, value: dict[str, Any]) -> dict[str, Any]:
        """The keys that do not become JSON: conversations, and values that are never stored."""
        apart = {name: _stored_messages(name, value[name]) for name in self.messages & value.keys()}
        return apart | {name: value[name] for name in self._live & value.keys()}

    def _mask(self, stored: dict[str, Any], text: bytes, signs: bytes) -> tuple[dict[str, Any], str]:
        """Mask the secrets in the texts of a stored value."""
        clean = redact_texts(text, signs)
        if clean is text:
            return stored, text.decode()
        return {name: each if name in self._live else mask(each) for name, each in stored.items()}, clean.decode()

    def _read_back(
        self, rest: dict[str, Any], text: bytes, signs: bytes, apart: dict[str, Any]
    ) -> tuple[dict[str, Any], list[str]]:
        """Convert the plain keys, of which `text` is the JSON text; with the keys that would be read back changed."""
        stored = from_json(text, allow_inf_nan=False)
        lost, plain = [], self._plain
        try:
            back = self._validate({**stored, **apart} if apart else stored)
        except ValueError:
            _refuse_unstorable(rest)  # NaN has become null
            raise
        for name, each in rest.items():  # of JSON's own types `==` tells all, and is quick
            its = back.get(name)
            if not (is_json(each) and each == its if name in plain else same(each, its)):
                lost.append(name)
        if LONG.search(signs) or (lost and b"null" in text):
            _refuse_unstorable(rest)
        return stored, lost

    def _store_each(self, values: dict[str, Any]) -> dict[str, Any]:
        """Convert each key by itself, where the whole has no JSON form that can be read back."""
        return {name: each if is_json(each) else self._store_value(name, each) for name, each in values.items()}

    def _store_value(self, name: str, value: Any) -> Any:
        """Convert the value of one key: to plain JSON, or as it is; raises ValueError where both would change it."""
        if name in self.messages:
            return _stored_messages(name, value)
        if name in self._live or (name in self._plain and is_json(value)):
            return value
        adapter, back = self._adapter_of(name), None
        with suppress(ValueError):
            stored = from_json(adapter.dump_json(value, warnings=False), allow_inf_nan=False)
            back = adapter.validate_python(stored)
            if same(value, back):
                return stored
        _refuse_unstorable(value)
        with suppress(ValueError, TypeError):
            fits = is_storable(value) and same(value, adapter.validate_python(value, strict=True))
            if fits and same(value, _round_trip(value)):
                return value
        raise ValueError(f"{name}{misfit_message(value, back)}")

    def _adapter_of(self, name: str) -> TypeAdapter[Any]:
        """The adapter of one key, built at its first use."""
        if name not in self._keys:
            self._keys[name] = key_adapter(self._hints[name])
        return self._keys[name]


def _stored_messages(name: str, value: Any) -> list[BaseMessage]:
    """Messages in the form that is stored; raises ValueError where a checkpoint would not return them unchanged."""
    messages = as_messages(value)
    if not same(messages, returned := _round_trip(messages)):
        raise ValueError(f"{name}{misfit_message(messages, returned)}")
    return messages


def _round_trip(value: Any) -> Any:
    """The value that a checkpoint returns after it stored this one."""
    [returned] = SERDE.loads_typed(SERDE.dumps_typed([value]))
    return returned


def _unknown_fields(names: Iterable[str]) -> ValueError:
    return ValueError(f"no such field: {', '.join(sorted(names))}")


def _refuse_unstorable(value: Any) -> None:
    """Refuse numbers that pydantic would turn into null, and integers that no checkpoint can hold, at every depth."""
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
    """The codec of a graph's input; where that is the whole state, no key is required."""
    whole = builder.input_schema is builder.state_schema and is_typeddict(builder.input_schema)
    return codec(builder.input_schema, partial=whole)


def codec(shape: Any, *, partial: bool = False) -> Codec:
    """The codec of a shape, built once."""
    return _codec(shape, partial)


def encode_output(builder: Any, values: dict[str, Any], graph: str) -> str | None:
    """The output of a run, from the values of its state, as JSON text; None where it ended without one."""
    try:
        return codec(builder.output_schema).text(values, graph)
    except Fatal:  # as a dead-lettered run does
        return None
