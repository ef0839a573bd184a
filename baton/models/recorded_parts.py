"""Folds what many requests share out of a recording: each long value stands once, and is named by its digest."""

import hashlib
import json
import re
from typing import Any

from baton.models.data_blocks import FENCE, data_block
from baton.plain import canonical

NAMED, BLOCK = "$part", "$json"
"""In a value: the name of the part that stands there, and the data of a fenced block that makes a text."""

OWN = re.compile(r"\$+(part|json)")
"""Names that a value may have of its own; they are written with one $ more."""

LONG = 200
"""Characters of JSON from which a value is a part of its own."""


def digest(value: Any, digits: int) -> str:
    """The first hex digits of the SHA-256 of a JSON value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:digits]


def folded(value: Any, parts: dict[str, Any]) -> Any:
    """A value with a name in the place of each long one in it, and of itself; adds these to `parts`.

    The data of a fenced block is folded too, where the block can be made of it again: the policies that a question
    holds are those of many others.
    """
    if isinstance(value, dict):
        named = {f"${name}" if OWN.fullmatch(name) else name: each for name, each in value.items()}
        made: Any = {name: folded(each, parts) for name, each in named.items()}
    elif isinstance(value, list):
        made = [folded(each, parts) for each in value]
    else:
        data = _data_of(value)
        made = value if data is None else {BLOCK: folded(data, parts)}
    if made is None or len(json.dumps(made, ensure_ascii=False)) < LONG:
        return made
    name = digest(made, 16)
    parts[name] = made
    return {NAMED: name}


def unfolded(value: Any, parts: dict[str, Any]) -> Any:
    """The value that was folded.

    Raises:
        KeyError: a part is not among `parts`.
    """
    if isinstance(value, list):
        return [unfolded(each, parts) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {NAMED}:
        return unfolded(parts[value[NAMED]], parts)
    if value.keys() == {BLOCK}:
        return data_block(unfolded(value[BLOCK], parts))
    named = {name[1:] if OWN.fullmatch(name) else name: each for name, each in value.items()}
    return {name: unfolded(each, parts) for name, each in named.items()}


def _data_of(value: Any) -> dict[str, Any] | None:
    """The data of a text that is one fenced block of it, and would be written in the same way again; else None."""
    if not (isinstance(value, str) and value.startswith(FENCE)):
        return None
    try:
        data = json.loads(value.removeprefix(FENCE).removesuffix("```"))
    except ValueError:
        return None
    return data if isinstance(data, dict) and data_block(data) == value else None
