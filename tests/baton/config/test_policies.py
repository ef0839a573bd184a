"""Policies: what is tried again, by our own list."""

import pytest
from langgraph.errors import NodeTimeoutError

from baton.config.policies import MODEL_RETRY, STEP_TIMEOUT, transient
from baton.errors import BadAnswer, BatonError, Fatal, LeaseLost, OverBudget, Transient


def test_what_may_pass_is_tried_again() -> None:
    assert transient(Transient("busy"))
    assert transient(NodeTimeoutError("step", 1.0, kind="run", run_timeout=1.0))


@pytest.mark.parametrize(
    "error",
    [
        BadAnswer("no JSON"),
        OverBudget("t", 10, 1),
        Fatal("400"),
        LeaseLost("gone"),
        BatonError("no"),
        ValueError(),
        ConnectionError(),
        KeyError(),
    ],
)
def test_everything_else_is_not(error: Exception) -> None:
    assert not transient(error)


def test_every_retry_and_every_step_is_bounded() -> None:
    assert MODEL_RETRY.max_attempts == 3
    assert MODEL_RETRY.retry_on is transient
    assert STEP_TIMEOUT.run_timeout == 120
