"""Baton's plumbing, for any LangGraph graph: typed state, runs, budgets, effects, approvals, dead letters, spans.

Importing this package opens nothing and loads nothing heavy: each name is fetched at its first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baton.approvals import Decision, request_approval
    from baton.asking import ask, prompt
    from baton.counters import fan_out, within
    from baton.dead_letters import park, park_branch
    from baton.effects import effect
    from baton.plumbing import checkpointer, opened
    from baton.policies import MODEL_RETRY, STEP_TIMEOUT
    from baton.records import Record
    from baton.runner import Job, Runner
    from baton.typed_graph import TypedStateGraph

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
    "Decision": "approvals",
    "Job": "runner",
    "MODEL_RETRY": "policies",
    "Record": "records",
    "Runner": "runner",
    "STEP_TIMEOUT": "policies",
    "TypedStateGraph": "typed_graph",
    "ask": "asking",
    "checkpointer": "plumbing",
    "effect": "effects",
    "fan_out": "counters",
    "opened": "plumbing",
    "park": "dead_letters",
    "park_branch": "dead_letters",
    "prompt": "asking",
    "request_approval": "approvals",
    "within": "counters",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'baton' has no attribute {name!r}")
    return getattr(import_module(f"baton.{_HOMES[name]}"), name)
