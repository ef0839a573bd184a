"""Baton's plumbing, for any LangGraph graph: typed state, runs, budgets, effects, approvals, dead letters, spans.

Importing this package opens nothing and loads nothing heavy: each name is fetched at its first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baton.config.policies import MODEL_RETRY, STEP_TIMEOUT
    from baton.models.asking import ask, prompt
    from baton.records import Record
    from baton.runs.runner import Job, Runner
    from baton.runtime.plumbing import checkpointer, opened
    from baton.steps.approvals import Decision, request_approval
    from baton.steps.counters import fan_out, within
    from baton.steps.dead_letters import park, park_branch
    from baton.steps.effects import effect
    from baton.steps.typed_graph import TypedStateGraph

__all__ = [
    "MODEL_RETRY",
    "STEP_TIMEOUT",
    "Decision",
    "Job",
    "Record",
    "Runner",
    "TypedStateGraph",
    "ask",
    "checkpointer",
    "effect",
    "fan_out",
    "opened",
    "park",
    "park_branch",
    "prompt",
    "request_approval",
    "within",
]

_HOMES = {
    "Decision": "steps.approvals",
    "Job": "runs.runner",
    "MODEL_RETRY": "config.policies",
    "Record": "records",
    "Runner": "runs.runner",
    "STEP_TIMEOUT": "config.policies",
    "TypedStateGraph": "steps.typed_graph",
    "ask": "models.asking",
    "checkpointer": "runtime.plumbing",
    "effect": "steps.effects",
    "fan_out": "steps.counters",
    "opened": "runtime.plumbing",
    "park": "steps.dead_letters",
    "park_branch": "steps.dead_letters",
    "prompt": "models.asking",
    "request_approval": "steps.approvals",
    "within": "steps.counters",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'baton' has no attribute {name!r}")
    return getattr(import_module(f"baton.{_HOMES[name]}"), name)
