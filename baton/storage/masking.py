"""Values of any kind without their secrets, as they go into a checkpoint.

What a typed step writes was masked as it became plain JSON. This is for the rest: an update or a reply from outside,
and the writes of LangGraph's own steps.
"""

from collections import deque
from dataclasses import fields, is_dataclass, replace
from typing import Any

from langgraph.types import Send
from pydantic import BaseModel
from pydantic_core import to_json

from baton.redact import redact, redact_texts


def mask(value: Any) -> Any:
    """Return the value with the secrets in its texts masked; the same object where it holds none."""
    return _mask(value) if _holds_secret(value) else value


def _holds_secret(value: Any) -> bool:
    """Whether the value may hold a secret; its JSON is searched in one go."""
    try:
        text = to_json(value, fallback=repr, inf_nan_mode="strings", bytes_mode="base64")
    except (ValueError, RecursionError):
        return True
    return redact_texts(text) != text


def _mask(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {_mask(name): _mask(each) for name, each in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(_mask, value))
    if type(value) is deque:
        return deque(map(_mask, value), value.maxlen)
    if isinstance(value, tuple) and hasattr(value, "_make"):
        return value._make(map(_mask, value))  # a named tuple
    return _mask_object(value)


def _mask_object(value: Any) -> Any:
    if isinstance(value, BaseModel):  # a message, for instance
        return value.model_copy(update={name: _mask(each) for name, each in value})
    if isinstance(value, Send):
        return Send(value.node, _mask(value.arg), timeout=value.timeout)
    if is_dataclass(value) and not isinstance(value, type):  # a question, for instance
        values = {each.name: _mask(getattr(value, each.name)) for each in fields(value) if each.init}
        return replace(value, **values)
    return value
