"""LangChain messages in all the forms in which LangGraph takes them."""

from functools import cache
from typing import Any

from langchain_core.messages import AnyMessage, BaseMessage, convert_to_messages
from pydantic import TypeAdapter

TYPES = {"ai", "human", "chat", "system", "function", "tool", "AIMessageChunk", "HumanMessageChunk", "ToolMessageChunk"}
"""What `type` is in a message that was written as JSON."""


@cache
def _stored() -> TypeAdapter[Any]:
    return TypeAdapter(AnyMessage)


def as_messages(given: Any) -> list[BaseMessage]:
    """Messages of messages, role dictionaries, tuples, texts, or of what a message is as JSON, without loss.

    Raises:
        ValueError: one is none of them.
    """
    each_given = given if isinstance(given, list) else [given]
    return [_message(each, number) for number, each in enumerate(each_given)]


def _message(given: Any, number: int) -> BaseMessage:
    if isinstance(given, BaseMessage):
        return given
    try:
        if isinstance(given, dict) and given.get("type") in TYPES:
            message: BaseMessage = _stored().validate_python(given)
            return message
        return convert_to_messages([given])[0]
    except (ValueError, KeyError, TypeError, NotImplementedError) as error:
        told = str(error).strip().splitlines()
        forms = "write {'role': 'user', 'content': ...}, a (role, content) pair, a text, or a message of LangChain's"
        raise ValueError(f"message {number} is none ({told[0] if told else type(error).__name__}); {forms}") from error
