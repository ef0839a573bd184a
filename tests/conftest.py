"""What every test gets: a shut network, a clean environment, a home and a working directory of its own."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from baton.registry import root
from baton.settings import settings as baton_settings

FOREIGN_PREFIXES = ("BATON_", "LANGCHAIN_", "LANGSMITH_", "OPENAI_", "OTEL_")
"""Settings of whoever runs the tests; none of them may change what a test sees."""

QUIET = {
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGSMITH_TEST_TRACKING": "false",
    "LANGSMITH_TRACING": "false",
}
"""Libraries that would send something unasked, told not to."""

settings.register_profile("local", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)


def pytest_configure() -> None:
    """Clean the process's environment before a test module is imported, for libraries read it once and keep it."""
    for name in [name for name in os.environ if name.startswith(FOREIGN_PREFIXES)]:
        del os.environ[name]
    os.environ.update(QUIET)
    settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def fresh_settings() -> None:
    """Settings and the registry's folder are looked up once per process; each test has its own."""
    baton_settings.cache_clear()
    root.cache_clear()


@pytest.fixture(autouse=True)
def baton_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own home; the working directory moves too, so that a developer's .env is never read."""
    home = tmp_path / "home"
    monkeypatch.setenv("BATON_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home
