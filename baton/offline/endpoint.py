"""The endpoint: which skill answers a request, and what was answered so far.

A skill answers one kind of request, computed from the request. It is found by the name of the JSON schema that is
asked for, else by the names of the offered tools, else it is the one named "chat". Skills are a few milliseconds of
work and run where they are called, without a thread.
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
    Asked,
    Body,
    Rejected,
    ToolCall,
    completion,
    cut,
    dump,
    events,
    parse,
    prompt_tokens,
)

CHAT = "chat"
JSON = "application/json"

# A fence stands at the start of its line. Text inside JSON never does (its line ends are escaped), so that what a
# stranger wrote can neither close the block nor open another.
_BLOCK = re.compile(r"^```json[ \t\r]*\n((?:(?!```).*\n)*)```[ \t\r]*$", re.MULTILINE)

_log = logging.getLogger(__name__)


class Refusal(BatonError):
    """Raised by a skill that declines to answer; its text becomes the message's `refusal`."""


@dataclass(frozen=True)
class Request:
    """What a skill sees.

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
        """The request in a body that was checked."""
        messages = body["messages"]
        said = [_text(message) for message in messages if message["role"] == "user"]
        told = [_text(message) for message in messages if message["role"] in {"system", "developer"}]
        last = said[-1] if said else ""
        data = next((found for text in reversed(said) if (found := _data(text))), {})
        return cls(data=data, instructions="\n\n".join(told), message=last, messages=messages, body=body)


Skill = Callable[[Request], Any]  # a record, JSON-able value or text; None from a tool's skill: do not call it
Reply = tuple[int, str, bytes]  # HTTP status, content type, body


@dataclass(frozen=True)
class Usage:
    """What was answered so far; requests that got an error cost nothing."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def plus(self, paid: Mapping[str, int]) -> "Usage":
        """The sum with one completion's usage."""
        read, written = paid["prompt_tokens"], paid["completion_tokens"]
        return Usage(self.calls + 1, self.input_tokens + read, self.output_tokens + written)


class Endpoint:
    """Answers requests of the chat-completions protocol with skills; may be called from any thread."""

    def __init__(self, skills: Mapping[str, Skill], name: str = "local") -> None:
        self.name, self.usage = name, Usage()
        self._skills, self._counting = skills, Lock()
        self._paths: dict[str, tuple[str, Callable[[bytes], Reply]]] = {
            "/v1/chat/completions": ("POST", self._complete),
            "/v1/models": ("GET", self._models),
        }

    def reply(self, path: str, raw: bytes, method: str | None = None) -> Reply:
        """Status, content type and body for one request; without `method`, the one that the path is for."""
        try:
            return self._handler(path, method)(raw)
        except Rejected as error:
            return error.status, JSON, error.body()

    def _handler(self, path: str, method: str | None) -> Callable[[bytes], Reply]:
        if path not in self._paths:
            raise Rejected(404, "not_found", f"no such path; there are {', '.join(self._paths)}")
        right, handler = self._paths[path]
        if method not in {None, right}:
            raise Rejected(405, "method_not_allowed", f"{path} takes {right}")
        return handler

    def _models(self, _raw: bytes) -> Reply:
        model = {"id": self.name, "object": "model", "created": 0, "owned_by": "baton"}
        return 200, JSON, dump({"object": "list", "data": [model]})

    def _complete(self, raw: bytes) -> Reply:
        asked, body = parse(raw)
        answer = cut(self._answer(asked, Request.of(body)), asked.limit)
        whole = completion(asked, answer, prompt_tokens(body))
        with self._counting:
            self.usage = self.usage.plus(whole["usage"])
        if not asked.stream:
            return 200, JSON, dump(whole)
        include_usage = bool((asked.stream_options or {}).get("include_usage"))
        return 200, "text/event-stream", b"".join(events(whole, include_usage=include_usage))

    def _answer(self, asked: Asked, request: Request) -> Answer:
        try:
            if asked.schema_name is not None:
                return Answer(text=self._must(asked.schema_name, request, f"the schema {asked.schema_name!r}"))
            calls = self._calls(asked, request)
            return Answer(calls=calls) if calls else Answer(text=self._must(CHAT, request, "plain text ('chat')"))
        except Refusal as refusal:
            return Answer(refusal=str(refusal))

    def _calls(self, asked: Asked, request: Request) -> tuple[ToolCall, ...]:
        """The tool calls to make; once a tool has answered, only where the request demands one."""
        offered = asked.offered
        if not asked.forced and request.messages[-1]["role"] == "tool":
            return ()
        answers = [(name, self._run(name, request)) for name in offered if name in self._skills]
        calls = tuple(ToolCall(name, arguments) for name, arguments in answers if arguments is not None)
        if asked.forced and not calls:
            raise _no_skill(f"the tools {offered} here", "tool_choice")
        return calls[:1] if asked.parallel_tool_calls is False else calls

    def _must(self, name: str, request: Request, what: str) -> str:
        """The answer of a skill that there must be, and that must answer; `what` describes it in the error."""
        if name not in self._skills:
            raise _no_skill(what, "messages" if name == CHAT else "response_format")
        text = self._run(name, request)
        if text is None:
            raise Rejected(500, "skill_failed", f"the skill {name!r} answered nothing")
        return text

    def _run(self, name: str, request: Request) -> str | None:
        """A skill's answer as text; None when it declines to call its tool."""
        try:
            answer = self._skills[name](request)
            return answer if answer is None or isinstance(answer, str) else to_json(answer).decode()
        except Refusal:
            raise
        except Exception as error:
            # Only the class goes on the wire: the error's text may quote a customer.
            _log.debug("skill %s failed", name, exc_info=True)
            raise Rejected(500, "skill_failed", f"the skill {name!r} failed: {type(error).__name__}") from error


def _no_skill(what: str, param: str) -> Rejected:
    real = "to use a real model set BATON_MODEL_<ROLE> (openai:MODEL) and OPENAI_API_KEY"
    return Rejected(400, "no_skill", f"the local model has no skill for {what}; {real}", param)


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
