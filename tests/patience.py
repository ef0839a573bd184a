"""The desk's graph with another patience than it ships with: its retry policy is built into it."""

import sys
from importlib import import_module
from typing import Any

import pytest
from langgraph.types import RetryPolicy

import baton

PATIENT = baton.MODEL_RETRY._replace(initial_interval=0.2, max_interval=1.0, max_attempts=60)
HURRIED = baton.MODEL_RETRY._replace(initial_interval=0.01, max_attempts=2, jitter=False)


def desk_graph(policy: RetryPolicy) -> Any:
    """`support_desk`, read from its files again, each of whose steps tries as often as the policy says."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(baton, "MODEL_RETRY", policy)
        for name in [name for name in sys.modules if name.split(".")[0] == "graphs"]:
            patched.delitem(sys.modules, name)
        return import_module("graphs.support_desk").graph
