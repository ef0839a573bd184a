"""Asks a model for one record: the schema goes with the request, and an answer that does not fit is repaired once."""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeVar

from openai import AsyncOpenAI, pydantic_function_tool
from openai.types.chat import ChatCompletionMessageParam as Message
from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)
Role = Literal["cheap", "judge", "strong"]
REPAIRS = 1


class BadAnswerError(RuntimeError):
    """Raised when a model answered, and its answer is of no use; another attempt would be paid for in vain."""


@dataclass
class Usage:
    """The tokens of one attempt of a step."""

    input_tokens: int = 0
    output_tokens: int = 0


usage: ContextVar[Usage] = ContextVar("usage")
"""Of the attempt in progress."""


@dataclass(frozen=True)
class Model:
    """A client, which must not retry by itself, and the name of the model for each role."""

    client: AsyncOpenAI
    names: Mapping[Role, str]
    most_tokens: int = field(default=4_000)

    async def ask(self, role: Role, shape: type[T], instructions: str, data: Mapping[str, Any]) -> T:
        """Ask for one `shape`; raises BadAnswerError where the repaired answer does not fit either."""
        messages: list[Message] = [
            {"role": "system", "content": instructions},
            {"role": "user", "content": f"```json\n{_quotable(data)}\n```"},
        ]
        for repair in range(REPAIRS + 1):
            text = await self._complete(role, shape, messages)
            try:
                return shape.model_validate_json(text)
            except ValidationError as error:
                faults = [(fault["loc"], fault["msg"]) for fault in error.errors()]
                if repair == REPAIRS:
                    raise BadAnswerError(f"the answer does not fit {shape.__name__}: {faults}") from error
                again = f"That does not fit the schema: {_quotable(faults)}. Answer again."
                messages += [{"role": "assistant", "content": text}, {"role": "user", "content": again}]
        raise AssertionError("unreachable")

    async def _complete(self, role: Role, shape: type[BaseModel], messages: list[Message]) -> str:
        """Make one call, count its tokens, and return the text of its answer."""
        answer = await self.client.chat.completions.create(
            model=self.names[role],
            messages=messages,
            max_completion_tokens=self.most_tokens,
            extra_body={"response_format": _response_format(shape)},
        )
        if answer.usage:
            usage.get().input_tokens += answer.usage.prompt_tokens
            usage.get().output_tokens += answer.usage.completion_tokens
        choice = answer.choices[0]
        if choice.message.refusal or choice.finish_reason != "stop" or not choice.message.content:
            raise BadAnswerError(f"the model refused, or was cut: {choice.message.refusal or choice.finish_reason}")
        return choice.message.content


def _quotable(data: Any) -> str:
    """JSON that cannot close the fenced block that it stands in."""
    return json.dumps(data, ensure_ascii=False, default=str).replace("`", "\\u0060")


@cache
def _response_format(shape: type[BaseModel]) -> dict[str, Any]:
    schema = pydantic_function_tool(shape)["function"]["parameters"]
    return {"type": "json_schema", "json_schema": {"name": shape.__name__, "strict": True, "schema": schema}}
