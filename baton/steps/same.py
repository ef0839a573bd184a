"""Whether two values are the same at every depth: types and values, where `==` alone would not do."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from math import isnan
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel

STORED = (
    *(bytes, bytearray, Decimal, date, time, timedelta, timezone, ZoneInfo, UUID, Path, re.Pattern),
    *(IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network),
)
"""Types of the standard library that LangGraph's serializer returns unchanged."""

LEAVES = {str, int, bool, type(None)}
JSON = {*LEAVES, float}
Difference = tuple[str, Any, Any]
MISSING = object()
"""In place of a value that only one of the two has."""


def is_json(value: Any) -> bool:
    """Whether a value is made of JSON's own types and no others."""
    kind = type(value)
    if kind is list:
        return all(type(each) in JSON or is_json(each) for each in value)
    if kind is dict:
        return all(type(key) is str and (type(each) in JSON or is_json(each)) for key, each in value.items())
    return kind in JSON


def is_storable(value: Any) -> bool:
    """Whether a value is made of types that LangGraph's serializer returns unchanged; others it may change."""
    if isinstance(value, Mapping):
        return all(map(is_storable, value.keys())) and all(map(is_storable, value.values()))
    if type(value) in {list, tuple, set, frozenset, deque}:
        return all(map(is_storable, value))
    return type(value) in JSON or isinstance(value, STORED)


def same(one: Any, other: Any) -> bool:  # noqa: PLR0911 - a line for each kind of type
    """Whether two values are the same at every depth."""
    kind = type(one)
    if one is other:
        return True
    if kind is not type(other):
        return False
    if kind in LEAVES:
        return bool(one == other)
    if kind is list or kind is tuple:
        return len(one) == len(other) and all(map(same, one, other))
    if kind is dict:
        return _same_by_name(one, other)
    if isinstance(one, BaseModel) and one.__pydantic_extra__ is one.__pydantic_private__ is None:
        return other.__pydantic_extra__ is other.__pydantic_private__ is None and _same_by_name(vars(one), vars(other))
    return next(differences(one, other), None) is None


def _same_by_name(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    """As `same`, for two dicts; quick where the keys are texts."""
    if len(one) != len(other):
        return False
    for name, each in one.items():
        if type(name) is not str:
            return next(differences(one, other), None) is None
        its, kind = other.get(name, MISSING), type(each)
        if kind is not type(its) or (each != its if kind in LEAVES else not same(each, its)):
            return False
    return True


def differences(one: Any, other: Any, at: str = "") -> Iterator[Difference]:
    """The differences of two values: a path such as `.facts.0.amount`, and both values; none where they are equal."""
    kind = type(one)
    if kind is not type(other):
        yield at, one, other
    elif kind in LEAVES:
        if one != other:
            yield at, one, other
    elif isinstance(one, Mapping):
        yield from _in_mappings(one, other, at)
    elif isinstance(one, list | tuple) or kind is deque:
        yield from _in_sequences(one, other, at)
    elif isinstance(one, AbstractSet):
        yield from _in_sets(one, other, at)
    elif isinstance(one, BaseModel) or is_dataclass(one):
        yield from _in_records(one, other, at)
    elif not _alike(one, other):
        yield at, one, other


def _in_mappings(one: Mapping[Any, Any], other: Mapping[Any, Any], at: str) -> Iterator[Difference]:
    kinds = {key: type(key) for key in other}
    for key, each in one.items():
        if kinds.get(key) is not type(key):
            yield f"{at}.{key}", each, MISSING
        else:
            yield from differences(each, other[key], f"{at}.{key}")
    yield from ((f"{at}.{key}", MISSING, other[key]) for key in other.keys() - one.keys())
    if getattr(one, "default_factory", None) is not getattr(other, "default_factory", None):
        yield at, one, other


def _in_sequences(one: Any, other: Any, at: str) -> Iterator[Difference]:
    if len(one) != len(other):
        yield at, one, other
        return
    for number, (each, its) in enumerate(zip(one, other, strict=True)):
        if type(each) not in LEAVES or type(its) is not type(each) or each != its:
            yield from differences(each, its, f"{at}.{number}")


def _in_sets(one: AbstractSet[Any], other: AbstractSet[Any], at: str) -> Iterator[Difference]:
    theirs = {each: each for each in other}
    if len(one) != len(theirs) or not all(each in theirs and same(each, theirs[each]) for each in one):
        yield at, one, other


def _in_records(one: Any, other: Any, at: str) -> Iterator[Difference]:
    """The differences of two records, also in the extra fields and the private ones of a model."""
    if not isinstance(one, BaseModel):
        for field in fields(one):
            yield from differences(getattr(one, field.name), getattr(other, field.name), f"{at}.{field.name}")
        return
    yield from _in_mappings(one.__dict__, other.__dict__, at)
    for more in ("__pydantic_extra__", "__pydantic_private__"):
        yield from differences(getattr(one, more), getattr(other, more), at)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float):
        return one == other or (isnan(one) and isnan(other))
    if isinstance(one, datetime | time):
        return one == other and one.isoformat() == other.isoformat() and _zone(one) == _zone(other)
    if type(one).__eq__ is object.__eq__:  # type: ignore[comparison-overlap]
        return one is other
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 - a comparison of a type of others may raise anything: then they count as different
        return False


def _zone(moment: datetime | time) -> tuple[Any, int]:
    """The zone's key and the fold: all forms of UTC are equal, but a zone of the database is no fixed offset."""
    return getattr(moment.tzinfo, "key", None), moment.fold
