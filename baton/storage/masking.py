"""Values of any kind without their secrets, as they go into a checkpoint.

What a typed step writes was masked as it became plain JSON. This is for what comes past it: an update or a reply from
outside, and what steps of LangGraph's own write.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from langgraph.types import Send
from pydantic import BaseModel
from pydantic_core import to_json

from baton.redact import redact, redact_texts


def masked(value: Any) -> Any:
    """The value with the secrets in its texts masked; the same object where it holds none."""
    return _masked(value) if _holds_secret(value) else value


def _holds_secret(value: Any) -> bool:
    """Whether it may hold a secret: its JSON is looked at in one go."""
    try:
        text = to_json(value, fallback=repr, inf_nan_mode="strings", bytes_mode="base64")
    except (ValueError, RecursionError):
        return True
    return redact_texts(text) != text


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {_masked(name): _masked(each) for name, each in value.items()}
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(_masked, value))
    return _masked_object(value)


def _masked_object(value: Any) -> Any:
    if isinstance(value, BaseModel):  # a message, for instance
        return value.model_copy(update={name: _masked(each) for name, each in value})
    if isinstance(value, Send):
        return Send(value.node, _masked(value.arg), timeout=value.timeout)
    if is_dataclass(value) and not isinstance(value, type):  # a question, for instance
        told = {each.name: _masked(getattr(value, each.name)) for each in fields(value) if each.init}
        return replace(value, **told)
    return value
