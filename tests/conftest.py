"""What every test gets: a shut network, a clean environment, a home and a working directory of its own."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from bank.settings import bank_settings
from baton.config.project import project, root
from baton.config.settings import settings as baton_settings

FOREIGN_PREFIXES = ("BATON_", "LANGCHAIN_", "LANGSMITH_", "OPENAI_", "OTEL_")
"""Settings of whoever runs the tests; none of them may change what a test sees."""

QUIET = {
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGSMITH_TEST_TRACKING": "false",
    "LANGSMITH_TRACING": "false",
}
"""Libraries that would send something unasked, told not to."""

ASKED = "LANGSMITH_TEST_TRACKING"
"""Who sets it to `true` asks that the tests marked `langsmith` be recorded (docs/langsmith.md)."""

RECORDER = ("LANGSMITH_API_KEY", "LANGSMITH_ENDPOINT")
"""Where they are recorded then."""

LONGEST = [
    *("test_docs.py", "test_injections.py", "test_experiments.py", "test_second_message.py", "test_random_graphs.py"),
    *("test_strangers_projects.py", "test_database.py", "test_support_desk.py", "test_asking_faults.py"),
    *("test_agents.py", "test_chaining.py", "test_usage.py", "test_eval_bakeoff.py", "test_orchestrator_worker.py"),
    *("test_http_bank.py", "test_recommending.py", "test_router.py", "test_other_routes.py", "test_copying_out.py"),
    *("test_rules.py", "test_canaries.py", "test_migration.py", "test_edges.py", "test_values.py"),
    *("test_build_or_adopt.py", "test_bad_bank.py", "test_strangers_folders.py", "test_wheel.py", "test_parcels.py"),
    "test_recorded_answers.py",
]
"""The files that take longest come first: else they are what all but one process waits for in the end."""

settings.register_profile("local", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)


def pytest_configure() -> None:
    """Clean the process's environment before a test module is imported, for libraries read it once and keep it."""
    recording = {name: os.environ[name] for name in (ASKED, *RECORDER) if name in os.environ}
    for name in [name for name in os.environ if name.startswith(FOREIGN_PREFIXES)]:
        del os.environ[name]
    os.environ.update(QUIET)
    if recording.get(ASKED) == "true":
        os.environ.update(recording | {"LANGSMITH_TRACING": "true"})
    settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(autouse=True)
def fresh_settings() -> None:
    """Settings and the project are looked up once per process; each test has its own."""
    for looked_up in (baton_settings, bank_settings, project, root):
        looked_up.cache_clear()


@pytest.fixture(autouse=True)
def baton_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own home; the working directory moves too, so that a developer's .env is never read."""
    home = tmp_path / "home"
    monkeypatch.setenv("BATON_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))  # what the developer trusts is not trusted here
    monkeypatch.chdir(tmp_path)
    return home
