"""A LangSmith of our own on loopback, with a key for it in the environment."""

from collections.abc import Iterator

import pytest

from tests.bank.stage import serving
from tests.evals.langsmith.stub import Stub


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    stub = Stub()
    with serving(stub.app()) as url:
        monkeypatch.setenv("LANGSMITH_ENDPOINT", url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "a-key-for-the-stub")
        yield stub
