"""The scripted model of `baton.testing` on a loopback port, for what crosses a process or must cross a socket."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from baton.offline import app
from baton.testing import ScriptedModel
from baton.testing import scripted_model as scripted
from tests.bank.stage import serving


@dataclass(frozen=True)
class Scripted:
    """Answers in turn, the last one again and again; `asked` are the texts that it was asked with."""

    model: ScriptedModel

    def will(self, *answers: dict[str, Any]) -> None:
        self.model.will(*answers)

    @property
    def asked(self) -> list[str]:
        return ["\n".join(str(each["content"]) for each in request.messages) for request in self.model.asked]


@pytest.fixture
def scripted_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    """Served as `openai:scripted`; a test says which roles it has."""
    with scripted(roles=()) as model, serving(app(model.name)) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
        yield Scripted(model)
