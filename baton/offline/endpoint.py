"""The endpoint: finds the responder of a request, runs it, and counts the usage.

A responder computes the answer to one kind of request from the request's data. It is found by the name of the JSON
schema that is asked for, else by the names of the tools in the request, else it is the one named "chat". A responder is
a few milliseconds of work and runs on the caller's thread.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from pydantic_core import to_json

from baton.errors import BatonError
from baton.offline.completions import (
    Answer,
    Body,
    ChatRequest,
    Rejected,
    ToolCall,
    completion,
    dump,
    events,
    parse,
    prompt_tokens,
    truncate,
)

CHAT = "chat"
JSON = "application/json"

# A fence stands at the start of its line. Text inside JSON never does (its line ends are escaped), so that a customer's
# text can neither close the block nor open another.
_BLOCK = re.compile(r"^```json[ \t\r]*\n((?:(?!```).*\n)*)```[ \t\r]*$", re.MULTILINE)

_log = logging.getLogger(__name__)


class Refusal(BatonError):
    """Raised by a responder that declines to answer; its text becomes the message's `refusal`."""


@dataclass(frozen=True)
class Request:
    """The request that a responder answers.

    `data` is the object in the last fenced JSON block that a user message holds ({} without one), `instructions` the
    system text, `message` the last user message as text, `messages` and `body` the request as it came.
    """

    data: Body
    instructions: str
    message: str
    messages: list[Body]
    body: Body

    @classmethod
    def of(cls, body: Body) -> "Request":
        """The request of a body that `parse` has checked."""
        messages = body["messages"]
        texts = [_text(message) for message in messages if message["role"] == "user"]
        instructions = [_text(message) for message in messages if message["role"] in {"system", "developer"}]
        last = texts[-1] if texts else ""
        data = next((block for text in reversed(texts) if (block := _data(text))), {})
        return cls(data=data, instructions="\n\n".join(instructions), message=last, messages=messages, body=body)


Responder = Callable[[Request], Any]  # returns a record, a JSON value or text; for a tool, None means no call of it
Reply = tuple[int, str, bytes]  # HTTP status, content type, body


@dataclass(frozen=True)
class Usage:
    """The calls and tokens so far; requests that got an error cost nothing."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def plus(self, usage: Mapping[str, int]) -> "Usage":
        """The sum with the usage of one more completion."""
        return Usage(
            self.calls + 1,
            self.input_tokens + usage["prompt_tokens"],
            self.output_tokens + usage["completion_tokens"],
        )


class Endpoint:
    """Answers requests of the chat-completions protocol with responders; may be called from any thread."""

    def __init__(self, responders: Mapping[str, Responder], name: str = "local") -> None:
        self.name, self.usage = name, Usage()
        self._responders, self._usage_lock = responders, Lock()
        self._paths: dict[str, tuple[str, Callable[[bytes], Reply]]] = {
            "/v1/chat/completions": ("POST", self._complete),
            "/v1/models": ("GET", self._models),
        }

    def reply(self, path: str, raw: bytes, method: str | None = None) -> Reply:
        """Answer one request: status, content type and body. Without `method`, that of the path is taken."""
        try:
            return self._handler(path, method)(raw)
        except Rejected as error:
            return error.status, JSON, error.body()

    def _handler(self, path: str, method: str | None) -> Callable[[bytes], Reply]:
        if path not in self._paths:
            raise Rejected(404, "not_found", f"no such path; there are {', '.join(self._paths)}")
        expected, handler = self._paths[path]
        if method not in {None, expected}:
            raise Rejected(405, "method_not_allowed", f"{path} takes {expected}")
        return handler

    def _models(self, _raw: bytes) -> Reply:
        model = {"id": self.name, "object": "model", "created": 0, "owned_by": "baton"}
        return 200, JSON, dump({"object": "list", "data": [model]})

    def _complete(self, raw: bytes) -> Reply:
        chat, body = parse(raw)
        answer = truncate(self._answer(chat, Request.of(body)), chat.limit)
        whole = completion(chat, answer, prompt_tokens(body))
        with self._usage_lock:
            self.usage = self.usage.plus(whole["usage"])
        if not chat.stream:
            return 200, JSON, dump(whole)
        include_usage = bool((chat.stream_options or {}).get("include_usage"))
        return 200, "text/event-stream", b"".join(events(whole, include_usage=include_usage))

    def _answer(self, chat: ChatRequest, request: Request) -> Answer:
        try:
            if chat.schema_name is not None:
                return Answer(text=self._required_text(chat.schema_name, request, f"the schema {chat.schema_name!r}"))
            calls = self._calls(chat, request)
            if calls:
                return Answer(calls=calls)
            return Answer(text=self._required_text(CHAT, request, "plain text ('chat')"))
        except Refusal as refusal:
            return Answer(refusal=str(refusal))

    def _calls(self, chat: ChatRequest, request: Request) -> tuple[ToolCall, ...]:
        """The tool calls to make; once a tool has answered, only where the request demands one."""
        tool_names = chat.tool_names
        if not chat.requires_tool_call and request.messages[-1]["role"] == "tool":
            return ()
        answers = [(name, self._run(name, request)) for name in tool_names if name in self._responders]
        calls = tuple(ToolCall(name, arguments) for name, arguments in answers if arguments is not None)
        if chat.requires_tool_call and not calls:
            raise _missing_responder(f"the tools {tool_names} here", "tool_choice")
        return calls[:1] if chat.parallel_tool_calls is False else calls

    def _required_text(self, name: str, request: Request, subject: str) -> str:
        """The text of a responder that must exist and must answer; `subject` describes it in the error."""
        if name not in self._responders:
            raise _missing_responder(subject, "messages" if name == CHAT else "response_format")
        text = self._run(name, request)
        if text is None:
            raise Rejected(500, "skill_failed", f"the skill {name!r} answered nothing")
        return text

    def _run(self, name: str, request: Request) -> str | None:
        """Run a responder, and return its answer as text; None when it declines to call its tool."""
        try:
            answer = self._responders[name](request)
            return answer if answer is None or isinstance(answer, str) else to_json(answer).decode()
        except Refusal:
            raise
        except Exception as error:
            # The client gets the class alone: the error's text may quote a customer.
            _log.debug("skill %s failed", name, exc_info=True)
            raise Rejected(500, "skill_failed", f"the skill {name!r} failed: {type(error).__name__}") from error


def _missing_responder(subject: str, param: str) -> Rejected:
    advice = "to use a real model set BATON_MODEL_<ROLE> (openai:MODEL) and OPENAI_API_KEY"
    return Rejected(400, "no_skill", f"the local model has no skill for {subject}; {advice}", param)


def _text(message: Body) -> str:
    """A message's text; of several parts, those that are text."""
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in content)


def _data(message: str) -> Body:
    blocks = _BLOCK.findall(message)
    try:
        data = json.loads(blocks[-1]) if blocks else {}
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
