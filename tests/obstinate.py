"""A model that answers some records as a test says, and all others as the offline model does."""

from collections.abc import Callable, MutableMapping
from typing import Any, cast

import pytest

from bank.responders import RESPONDERS
from baton.offline.transport import Request, Responder

Answer = dict[str, Any] | Callable[[dict[str, Any]], dict[str, Any]]
Obstinate = Callable[..., None]
"""`obstinate(Draft=answer)`: from now on every `Draft` is that answer, or what it makes of the request's data."""

CONTENT = {"open": list[str](), "confidence": 1.0}
"""The judge finds that all is answered."""


@pytest.fixture
def obstinate(monkeypatch: pytest.MonkeyPatch) -> Obstinate:
    skills = cast("MutableMapping[str, Responder]", RESPONDERS)

    def answers(**records: Answer) -> None:
        for name, answer in records.items():
            monkeypatch.setitem(skills, name, _skill(answer))

    return answers


@pytest.fixture
def content(obstinate: Obstinate) -> None:
    """A judge who finds every request answered, for drafts that are made up to test another check."""
    obstinate(AnswerReview=CONTENT)


def _skill(answer: Answer) -> Responder:
    def skill(request: Request) -> dict[str, Any]:
        return answer(request.data) if callable(answer) else answer

    return skill
