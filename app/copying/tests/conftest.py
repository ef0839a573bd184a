"""Each test has a home of its own."""

from pathlib import Path

import pytest

from baton.config.settings import settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep runs where the test keeps its files."""
    monkeypatch.setenv("BATON_HOME", str(tmp_path / "home"))
    settings.cache_clear()
