"""The desk's graph with another patience than it ships with: its retry policy is compiled into it."""

import copy
from typing import Any

from langgraph.types import RetryPolicy

from baton import MODEL_RETRY
from graphs.support_desk import builder

PATIENT = MODEL_RETRY._replace(initial_interval=0.2, max_interval=1.0, max_attempts=60)
HURRIED = MODEL_RETRY._replace(initial_interval=0.01, max_attempts=2, jitter=False)


def desk_graph(policy: RetryPolicy) -> Any:
    """`support_desk`, each of whose steps tries as often as the policy says."""
    changed = copy.deepcopy(builder)
    for node in changed.nodes.values():
        node.retry_policy = policy
    return changed.compile(name="support_desk")
