"""The suite of LangSmith's plugin is recorded where somebody asks for it, and sends nothing otherwise."""

import os
import subprocess
import sys

import pytest

from tests.evals.conftest import HOUSE
from tests.evals.langsmith.stub import Stub

pytestmark = pytest.mark.slow

SUITE = "tests/evals/langsmith/test_desk_suite.py"


def run_suite(tracking: str) -> str:
    """What one test of the suite prints, in a process of its own."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SUITE, "-k", "expected and d084"]
    environment = {**os.environ, "LANGSMITH_TEST_TRACKING": tracking, "PYTHONPATH": str(HOUSE)}
    done = subprocess.run(words, cwd=HOUSE, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


def test_the_suite_is_recorded_where_somebody_asks(stub: Stub) -> None:
    told = run_suite("true")
    assert "1 passed" in told, told
    assert [each["name"] for each in stub.datasets.values()] == ["baton-desk-suite"]
    [run] = stub.runs.values()
    [example] = stub.examples.values()
    assert {"message", "customer_id"} <= set(example["inputs"])
    assert run["outputs"]["outcome"] == "answered"
    assert {each["key"]: each["score"] for each in stub.feedback.values()}.items() >= {"task_completion": 1}.items()


def test_else_it_sends_nothing(stub: Stub) -> None:
    assert "1 passed" in run_suite("")
    assert stub.requests == []
