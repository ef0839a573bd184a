"""An endpoint that serves `/v1/decisions` on loopback, as OpenAI's protocol has it; a test says what it decides."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bank.stage import serving

Decide = Callable[[str, list[str]], dict[str, float]]
"""Takes the text and the labels; returns the probability of each label that it names."""


class Decisions:
    """What it was asked, and what it answers; `status`, `refuses` and `answer` stand in for an endpoint that fails."""

    def __init__(self) -> None:
        self.decide: Decide = lambda _, labels: {labels[0]: 1.0}
        self.asked: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.refuses = False
        self.usage: dict[str, int] | None = {"input_tokens": 60, "output_tokens": 4}

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/decisions", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        if self.statuses:
            return JSONResponse({"error": {"message": "no"}}, self.statuses.pop(0))
        answers = [self._to(question, body["input"]) for question in body["questions"]]
        return JSONResponse({"model": body["model"], "answers": answers, "usage": self.usage})

    def _to(self, question: dict[str, Any], text: str) -> dict[str, Any]:
        if self.refuses:
            return {"type": "refusal", "name": question["name"]}
        shares = self.decide(text, [each["value"] for each in question["choices"]])
        return {
            "type": "choice",
            "name": question["name"],
            "choice": max(shares, key=lambda label: shares[label]),
            "probabilities": [{"value": label, "probability": share} for label, share in shares.items()],
            "confidence": 0.123,  # how concentrated the shares are, by the endpoint's own measure
        }


@pytest.fixture
def decisions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Decisions]:
    """Served, and set as the model of the role `classifier`."""
    endpoint = Decisions()
    with serving(endpoint.app()) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
        monkeypatch.setenv("BATON_MODEL_CLASSIFIER", "decisions:sorter")
        yield endpoint
