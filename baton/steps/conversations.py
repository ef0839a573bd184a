"""LangChain messages in all the forms in which LangGraph takes them."""

from functools import cache
from typing import Any

from langchain_core.messages import AnyMessage, BaseMessage, convert_to_messages
from pydantic import TypeAdapter

TYPES = {"ai", "human", "chat", "system", "function", "tool", "AIMessageChunk", "HumanMessageChunk", "ToolMessageChunk"}
"""The values of `type` in a message that was written as JSON."""


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(AnyMessage)


def as_messages(given: Any) -> list[BaseMessage]:
    """Convert messages, role dictionaries, tuples, texts, or messages as JSON to messages, without loss.

    Raises:
        ValueError: a value is none of these forms.
    """
    values = given if isinstance(given, list) else [given]
    return [_message(each, number) for number, each in enumerate(values)]


def _message(given: Any, number: int) -> BaseMessage:
    if isinstance(given, BaseMessage):
        return given
    try:
        if isinstance(given, dict) and given.get("type") in TYPES:
            message: BaseMessage = _adapter().validate_python(given)
            return message
        return convert_to_messages([given])[0]
    except (ValueError, KeyError, TypeError, NotImplementedError) as error:
        lines = str(error).strip().splitlines()
        forms = "write {'role': 'user', 'content': ...}, a (role, content) pair, a text, or a message of LangChain's"
        fault = lines[0] if lines else type(error).__name__
        raise ValueError(f"message {number} is none ({fault}); {forms}") from error
