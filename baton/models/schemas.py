"""The strict schema of a record, with its bounds or without, and with the values that one question leaves for a field.

Records bound what a model writes. OpenAI's strict mode refuses a schema with a bound of a text; llama.cpp holds its
model to every one.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from openai import pydantic_function_tool
from pydantic import BaseModel

from baton.errors import Fatal, UsageError
from baton.models.bounds import Schema
from baton.models.strictness import strict_fault

BOUNDS = (
    *("maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "minimum", "maximum"),
    *("exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
)
"""The keywords of JSON Schema that bound a value, which some strict modes refuse."""

OF_TEXTS = {"maxLength", "minLength", "pattern", "format"}  # what a list of values makes superfluous

Allowed = tuple[tuple[str, tuple[str | int, ...]], ...]
"""For fields by name, the values that one question leaves for them; may be a key."""


@cache
def strict_schema(shape: type[BaseModel]) -> Schema:
    """The strict schema of a record, made once, by the SDK's public way to one.

    Raises:
        Fatal: strict mode refuses the record; the message names the field.
    """
    if fault := strict_fault(shape):
        raise Fatal(f"no model can be asked for {shape.__name__}, which strict mode refuses: {fault}")
    schema: Schema = pydantic_function_tool(shape)["function"]["parameters"]
    return schema


def without_bounds(node: Any) -> Any:
    """The schema without its bounds; the names of fields are no keywords."""
    if isinstance(node, list):
        return [without_bounds(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: without_bounds(each) for name, each in value.items()}
        if key in ("properties", "$defs")
        else without_bounds(value)
        for key, value in node.items()
        if key not in BOUNDS
    }


def allowed_values(shape: type[BaseModel], allow: Mapping[str, Iterable[str | int]]) -> Allowed:
    """The values for fields of a record as a key, each value once.

    Raises:
        UsageError: the record has no field of that name, nor has one within it.
    """
    if strange := allow.keys() - _field_names(shape):
        raise UsageError(f"allow: {shape.__name__} has no field {min(strange)!r}; give names of its fields")
    return tuple((name, tuple(dict.fromkeys(values))) for name, values in allow.items())


@cache
def _field_names(shape: type[BaseModel]) -> frozenset[str]:
    schema = shape.model_json_schema()
    records = [schema, *schema.get("$defs", {}).values()]
    return frozenset(name for each in records for name in each.get("properties", {}))


def with_values(schema: Schema, allowed: Allowed) -> Schema:
    """The schema with every field of these names held to its values, in records within it too."""
    values = dict(allowed)
    records = {name: _held(each, values) for name, each in schema.get("$defs", {}).items()}
    return {**_held(schema, values), **({"$defs": records} if records else {})}


def _held(record: Schema, values: Mapping[str, tuple[str | int, ...]]) -> Schema:
    """The schema of one record, its fields held to their values."""
    fields = record.get("properties", {})
    held = {name: _one_of(field, values[name]) for name, field in fields.items() if name in values}
    return {**record, "properties": {**fields, **held}} if held else record


def _one_of(field: Schema, values: tuple[str | int, ...]) -> Schema:
    """The schema of a field held to its values, each once in a list; without a value only a list can be held."""
    if choices := field.get("anyOf"):
        return {**field, "anyOf": [each if each.get("type") == "null" else _one_of(each, values) for each in choices]}
    if field.get("type") == "array":
        most = min(field.get("maxItems", len(values)), len(values))
        return {**field, "items": _one_of(field["items"], values), "maxItems": most}
    if not values:
        return field
    return {**{key: each for key, each in field.items() if key not in OF_TEXTS}, "enum": list(values)}
