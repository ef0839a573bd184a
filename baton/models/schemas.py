"""The schema of a record for the model that is asked.

Records bound what a model writes. OpenAI's strict mode refuses a schema with a bound of a text; llama.cpp holds its
model to every one.
"""

import json
from functools import cache
from typing import Any

from openai import pydantic_function_tool
from pydantic import BaseModel

from baton.config.settings import LLAMA
from baton.errors import Fatal
from baton.models.bounds import Schema, fit_answer
from baton.models.strictness import strict_fault

BOUNDS = ("maxLength", "minLength", "maxItems", "minItems")


@cache
def response_format(shape: type[BaseModel], model: str, answer_tokens: int) -> Schema:
    """The `response_format` that asks a model, `provider:model`, for one record in at most so many tokens."""
    schema = _strict_schema(shape)
    fitted = fit_answer(schema, answer_tokens) if model.startswith(LLAMA) else _without_bounds(schema)
    return _response_format(shape, fitted)


def _response_format(shape: type[BaseModel], fitted: Schema) -> Schema:
    return {"type": "json_schema", "json_schema": {"name": shape.__name__, "strict": True, "schema": fitted}}


@cache
def schema_bytes(shape: type[BaseModel]) -> int:
    """The size of a record's schema as most endpoints get it; it counts for a reservation."""
    return len(json.dumps(_response_format(shape, _without_bounds(_strict_schema(shape)))))


@cache
def _strict_schema(shape: type[BaseModel]) -> Schema:
    """The strict schema of a record, made once, by the SDK's public way to one.

    Raises:
        Fatal: strict mode refuses the record; the message names the field.
    """
    if fault := strict_fault(shape):
        raise Fatal(f"no model can be asked for {shape.__name__}, which strict mode refuses: {fault}")
    schema: Schema = pydantic_function_tool(shape)["function"]["parameters"]
    return schema


def _without_bounds(node: Any) -> Any:
    """The schema without its bounds; the names of fields are no keywords."""
    if isinstance(node, list):
        return [_without_bounds(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _without_bounds(each) for name, each in value.items()}
        if key in ("properties", "$defs")
        else _without_bounds(value)
        for key, value in node.items()
        if key not in BOUNDS
    }
