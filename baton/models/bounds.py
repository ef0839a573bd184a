"""Draws the bounds of a schema in until the longest answer that they allow fits the answer's tokens.

A weak model that is held to a schema writes until it meets a bound, and an answer that is cut is lost. A text or a list
without a bound gets one.
"""

import json
from typing import Any, TypeGuard

CHARACTERS_PER_TOKEN = 3  # of English in JSON, estimated from below
FRAME = 8  # characters around the name of a field
SHORT = 24  # characters of a number, a date, or a text with a pattern
LADDER = (
    *((items, 2_000) for items in (60, 40, 20, 12, 8)),
    *((8, characters) for characters in (1_500, 1_000, 700)),
    *((6, 700), (6, 500), (4, 500), (4, 350), (4, 250), (3, 250), (3, 180), (2, 180), (2, 120), (2, 80), (1, 80)),
)
"""The most items of a list and characters of a text, from wide to narrow."""

CLASSES = {r"\d": "[0-9]", r"\w": "[A-Za-z0-9_]", r"\s": "[ ]"}
SHARES = [round(number / 100, 2) for number in range(101)]
"""What stands for any number from 0 to 1: llama.cpp holds its model to the bounds of whole numbers alone."""

FORMATS = {"date", "time", "date-time", "uuid"}
"""The forms of texts that llama.cpp holds its model to."""

Schema = dict[str, Any]


def fit_answer(schema: Schema, tokens: int) -> Schema:
    """The schema with every text and list bounded, as widely as answers of at most so many tokens allow."""
    for items, characters in LADDER:
        bounded: Schema = _bounded(schema, items, characters)
        if longest_answer(bounded) <= tokens * CHARACTERS_PER_TOKEN:
            break
    return bounded


def longest_answer(schema: Schema) -> int:
    """The characters of the longest answer that a bounded schema allows, about."""
    return _longest(schema, schema.get("$defs", {}))


def _bounded(node: Any, items: int, characters: int) -> Any:
    """The schema with no list above so many items, and no text above so many characters."""
    if isinstance(node, list):
        return [_bounded(each, items, characters) for each in node]
    if not isinstance(node, dict):
        return node
    inner = {
        key: {name: _bounded(each, items, characters) for name, each in value.items()}
        if key in ("properties", "$defs")
        else value
        if key in ("enum", "const", "required", "description")
        else _bounded(value, items, characters)
        for key, value in node.items()
    }
    if "pattern" in node:
        inner["pattern"] = _plain_pattern(node["pattern"])
    if node.get("type") == "array":
        inner["maxItems"] = max(min(node.get("maxItems", items), items), node.get("minItems", 0))
    if _is_share(node):
        inner = {key: each for key, each in inner.items() if key not in ("minimum", "maximum")} | {"enum": SHARES}
    if _is_free_text(node):
        inner["maxLength"] = max(min(node.get("maxLength", characters), characters), node.get("minLength", 0))
    return inner


def _plain_pattern(pattern: str) -> str:
    """The pattern without the classes of characters that llama.cpp does not know, where it would take any text."""
    for name, characters in CLASSES.items():
        pattern = pattern.replace(name, characters)
    return pattern


def _is_share(node: Schema) -> bool:
    """Whether the schema is that of a number from 0 to 1: a confidence, a share."""
    return node.get("type") == "number" and (node.get("minimum"), node.get("maximum")) == (0, 1)


def _is_free_text(node: Any) -> TypeGuard[Schema]:
    return node.get("type") == "string" and not (
        node.keys() & {"enum", "const", "pattern"} or node.get("format") in FORMATS
    )


def _longest(node: Schema, kinds: dict[str, Schema], inside: tuple[str, ...] = ()) -> int:
    """See `longest_answer`; a record inside itself counts once."""
    if name := node.get("$ref", "").rpartition("/")[2]:
        return 0 if name in inside or name not in kinds else _longest(kinds[name], kinds, (*inside, name))
    if values := node.get("enum", [node["const"]] if "const" in node else []):
        return max(len(json.dumps(each)) for each in values)
    if choices := [*node.get("anyOf", []), *node.get("oneOf", [])]:
        return max(_longest(each, kinds, inside) for each in choices)
    if node.get("type") == "array":
        return int(node.get("maxItems", 1) * (_longest(node.get("items", {}), kinds, inside) + 2) + 2)
    if node.get("type") == "object":
        fields = node.get("properties", {}).items()
        return sum(len(field) + FRAME + _longest(each, kinds, inside) for field, each in fields)
    return int(node["maxLength"]) + 2 if "maxLength" in node else SHORT
