"""A LangSmith of our own on loopback, with a key for it in the environment."""

from collections.abc import Iterator

import pytest

from tests.bank.stage import serving
from tests.evals.langsmith.stub import Stub

PLUGIN = "langsmith_of_the_suite"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    stub = Stub()
    with serving(stub.app()) as url:
        monkeypatch.setenv("LANGSMITH_ENDPOINT", url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "a-key-for-the-stub")
        yield stub


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Register LangSmith's plugin for the first test that is marked for it: its import costs seconds, and few need it.

    It is registered after the command line was read, so it finds its own option as it would be by default.
    """
    plugins = item.config.pluginmanager
    if item.get_closest_marker("langsmith") and not plugins.has_plugin(PLUGIN):
        from langsmith import pytest_plugin  # noqa: PLC0415 - see above

        item.config.option.langsmith_output = False
        plugins.register(pytest_plugin, PLUGIN)
