"""The strict schema of a record, with its bounds or without.

Records bound what a model writes. OpenAI's strict mode refuses a schema with a bound of a text; llama.cpp holds its
model to every one.
"""

from functools import cache
from typing import Any

from openai import pydantic_function_tool
from pydantic import BaseModel

from baton.errors import Fatal
from baton.models.bounds import Schema
from baton.models.strictness import strict_fault

BOUNDS = (
    *("maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "minimum", "maximum"),
    *("exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
)
"""The keywords of JSON Schema that bound a value, which some strict modes refuse."""


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
