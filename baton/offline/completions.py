"""The server's side of the chat-completions protocol: requests are parsed, and the bodies of answers are built.

Functions of values only; `endpoint` runs the responders, `wire` carries the bytes. The shapes follow OpenAI's public
API reference.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError
from pydantic_core import from_json

from baton.errors import BatonError

Body = dict[str, Any]
BYTES_PER_TOKEN = 4
PIECE = 32  # characters of one streamed delta


class Rejected(BatonError):
    """Raised when a request gets an error body: an HTTP `status`, a `code` for programs, the `param` at fault."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param

    def body(self) -> bytes:
        """The error as the protocol spells it."""
        kind = "server_error" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
        return dump({"error": {"message": str(self), "type": kind, "param": self.param, "code": self.code}})


class _Named(BaseModel):
    name: str


class _Tool(BaseModel):
    function: _Named


class _Message(BaseModel):
    role: str
    content: str | list[Body] | None = None


class _Text(BaseModel):
    type: Literal["text"]


class _JsonSchema(BaseModel):
    """A schema to answer in. The type `json_object` is refused: it names no shape, by which a responder is found."""

    type: Literal["json_schema"]
    json_schema: _Named


class ChatRequest(BaseModel):
    """The fields of a request that change the answer. Others (temperature, seed) are accepted and have no effect."""

    model_config = ConfigDict(frozen=True)

    model: str = "local"
    messages: list[_Message] = Field(min_length=1)
    response_format: Annotated[_Text | _JsonSchema, Field(discriminator="type")] | None = None
    tools: list[_Tool] | None = None
    tool_choice: Literal["none", "auto", "required"] | _Tool | None = None
    parallel_tool_calls: bool | None = None
    max_completion_tokens: PositiveInt | None = None
    max_tokens: PositiveInt | None = None
    n: Literal[1] | None = None
    stream: bool | None = None
    stream_options: Body | None = None

    @property
    def schema_name(self) -> str | None:
        """The name of the JSON schema that the answer must fit."""
        return self.response_format.json_schema.name if isinstance(self.response_format, _JsonSchema) else None

    @property
    def tool_names(self) -> list[str]:
        """The names of the tools that may be called: all, or the one that `tool_choice` names.

        Raises:
            Rejected: `tool_choice` names a tool that is not among them.
        """
        names = [tool.function.name for tool in self.tools or []]
        if not isinstance(self.tool_choice, _Tool):
            return [] if self.tool_choice == "none" else names
        if self.tool_choice.function.name not in names:
            reason = f"{self.tool_choice.function.name!r} is chosen and not among the tools"
            raise Rejected(400, "unknown_tool", reason, "tool_choice")
        return [self.tool_choice.function.name]

    @property
    def requires_tool_call(self) -> bool:
        """Whether the answer must hold a tool call."""
        return self.tool_choice == "required" or isinstance(self.tool_choice, _Tool)

    @property
    def limit(self) -> int | None:
        """The most tokens that the answer may have; `max_tokens` is the older name."""
        return self.max_completion_tokens or self.max_tokens


@dataclass(frozen=True)
class ToolCall:
    """One call of a tool; `arguments` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Answer:
    """An answer: a text, a refusal or tool calls; `is_cut` when the limit ended it."""

    text: str | None = None
    refusal: str | None = None
    calls: tuple[ToolCall, ...] = ()
    is_cut: bool = False

    @property
    def tokens(self) -> int:
        """The tokens that the answer is billed as."""
        text = self.text or self.refusal or ""
        return tokens(text + "".join(call.name + call.arguments for call in self.calls))


def parse(raw: bytes) -> tuple[ChatRequest, Body]:
    """Parse and check a request; returns it with its body as it came.

    Raises:
        Rejected: (400) the body is not JSON, or a field does not fit.
    """
    try:
        body = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise Rejected(400, "invalid_json", f"the body is not JSON: {error}") from error
    try:
        return ChatRequest.model_validate(body), body
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        param = ".".join(map(str, first["loc"])) or None
        message = f"{param or 'the body'}: {first['msg']}"
        raise Rejected(400, "invalid_value", message, param) from error


def tokens(text: str) -> int:
    """Tokens of a text: its UTF-8 bytes divided by four, rounded up, never 0."""
    return max(1, -(-len(_bytes(text)) // BYTES_PER_TOKEN))


def prompt_tokens(body: Body) -> int:
    """Tokens of a request: those of its messages, tools and schema, written as compact JSON."""
    counted = {key: body[key] for key in ("messages", "tools", "response_format") if body.get(key)}
    return tokens(json.dumps(counted, ensure_ascii=False, separators=(",", ":")))


def truncate(answer: Answer, limit: int | None) -> Answer:
    """Cut an answer to `limit` tokens (None: no limit); tool calls are cut in their arguments, as models do."""
    if limit is None or answer.tokens <= limit:
        return answer
    room, calls = limit * BYTES_PER_TOKEN, []
    for call in answer.calls:
        left = room - len(_bytes(call.name))
        if left <= 0:
            break
        calls.append(replace(call, arguments=_head(call.arguments, left)))
        room = left - len(_bytes(calls[-1].arguments))
    return Answer(
        text=None if answer.text is None else _head(answer.text, room),
        refusal=None if answer.refusal is None else _head(answer.refusal, room),
        calls=tuple(calls),
        is_cut=True,
    )


def completion(chat: ChatRequest, answer: Answer, prompt: int) -> Body:
    """The body of type `chat.completion`; `prompt` is the request's tokens. A cut answer costs its whole limit."""
    used = chat.limit if answer.is_cut and chat.limit else answer.tokens
    message: Body = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
    if answer.calls:
        message["tool_calls"] = [_tool_call(call) for call in answer.calls]
    finish = "length" if answer.is_cut else "tool_calls" if answer.calls else "stop"
    return {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": chat.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": used, "total_tokens": prompt + used},
    }


def events(whole: Body, *, include_usage: bool) -> Iterator[bytes]:
    """The same completion as server-sent events."""
    head = {key: whole[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    if include_usage:
        head["usage"] = None
    choice = whole["choices"][0]
    for delta in _deltas(choice["message"]):
        yield _event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event(head | {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    if include_usage:
        yield _event(head | {"choices": [], "usage": whole["usage"]})
    yield b"data: [DONE]\n\n"


def dump(body: Body) -> bytes:
    """A body as JSON in ASCII, which also carries half of a surrogate pair."""
    return json.dumps(body).encode()


def _deltas(message: Body) -> Iterator[Body]:
    yield {"role": "assistant", "content": None if message["content"] is None else ""}
    for field in ("content", "refusal"):
        yield from ({field: piece} for piece in _pieces(message[field] or ""))
    for index, call in enumerate(message.get("tool_calls", [])):
        opening = {**call, "function": {**call["function"], "arguments": ""}}
        yield {"tool_calls": [{"index": index, **opening}]}
        for piece in _pieces(call["function"]["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _tool_call(call: ToolCall) -> Body:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": f"call_{uuid4().hex}", "type": "function", "function": function}


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))


def _event(chunk: Body) -> bytes:
    return b"data: " + dump(chunk) + b"\n\n"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a responder's text may hold half a pair; counting it must not fail


def _head(text: str, size: int) -> str:
    """At most `size` bytes of the text, never half a character."""
    return _bytes(text)[:size].decode("utf-8", "ignore")
