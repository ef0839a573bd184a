"""A model endpoint on loopback that gives the answers it is told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.bank.stage import serving


@dataclass
class Scripted:
    """Answers in turn, the last one again and again; keeps the contents that it was asked with."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def will(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)

    async def reply(self, request: Request) -> JSONResponse:
        body = await request.json()
        self.asked.append("\n".join(str(message["content"]) for message in body["messages"]))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        message = {"role": "assistant", "content": json.dumps(answer), "refusal": None}
        return JSONResponse(
            {
                "id": "c1",
                "object": "chat.completion",
                "created": 1,
                "model": "scripted",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
            }
        )


@pytest.fixture
def scripted_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """Served as `openai:scripted`; a test says which roles it has."""
    scripted = Scripted()
    with serving(Starlette(routes=[Route("/{path:path}", scripted.reply, methods=["POST"])])) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
        yield scripted
