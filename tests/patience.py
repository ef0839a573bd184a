"""The desk's graph with another patience than it ships with: its retry policy is built into it."""

from importlib.util import find_spec, module_from_spec
from typing import Any

import pytest
from langgraph.types import RetryPolicy

import baton

PATIENT = baton.MODEL_RETRY._replace(initial_interval=0.2, max_interval=1.0, max_attempts=60)
HURRIED = baton.MODEL_RETRY._replace(initial_interval=0.01, max_attempts=2, jitter=False)


def desk_graph(policy: RetryPolicy) -> Any:
    """`support_desk`, read from its file again, each of whose steps tries as often as the policy says."""
    spec = find_spec("graphs.support_desk")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(baton, "MODEL_RETRY", policy)
        spec.loader.exec_module(module)
    return module.graph
