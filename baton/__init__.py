"""Baton's plumbing, for any LangGraph graph: typed state, runs, budgets, effects, approvals, dead letters, spans.

Importing this package opens nothing and loads nothing heavy: each name is fetched at its first use. `open_resources`,
`dead_letter` and `dead_letter_branch` were called `opened`, `park` and `park_branch`, and these names stay.
"""

from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baton.config.policies import MODEL_RETRY, STEP_TIMEOUT
    from baton.models.asking import ask, prompt
    from baton.records import Record
    from baton.runs.runner import Job, Runner
    from baton.runtime.business import Business, Check
    from baton.runtime.resources import open_resources, opened
    from baton.steps.approvals import Decision, request_approval
    from baton.steps.counters import fan_out, within
    from baton.steps.dead_letters import Failure, dead_letter, dead_letter_branch, park, park_branch
    from baton.steps.effects import effect
    from baton.steps.gates import GateReport, gate_report
    from baton.steps.typed_graph import TypedStateGraph
    from baton.steps.urgency import mark_urgent
    from baton.storage.sqlite_checkpointer import SqliteCheckpointer

__all__ = [
    "MODEL_RETRY",
    "STEP_TIMEOUT",
    "Business",
    "Check",
    "Decision",
    "Failure",
    "GateReport",
    "Job",
    "Record",
    "Runner",
    "TypedStateGraph",
    "ask",
    "checkpointer",
    "dead_letter",
    "dead_letter_branch",
    "effect",
    "fan_out",
    "gate_report",
    "mark_urgent",
    "open_resources",
    "opened",
    "park",
    "park_branch",
    "prompt",
    "request_approval",
    "within",
]

_HOMES = {
    "Business": "runtime.business",
    "Check": "runtime.business",
    "Decision": "steps.approvals",
    "Failure": "steps.dead_letters",
    "GateReport": "steps.gates",
    "Job": "runs.runner",
    "MODEL_RETRY": "config.policies",
    "Record": "records",
    "Runner": "runs.runner",
    "STEP_TIMEOUT": "config.policies",
    "TypedStateGraph": "steps.typed_graph",
    "ask": "models.asking",
    "dead_letter": "steps.dead_letters",
    "dead_letter_branch": "steps.dead_letters",
    "effect": "steps.effects",
    "fan_out": "steps.counters",
    "gate_report": "steps.gates",
    "mark_urgent": "steps.urgency",
    "open_resources": "runtime.resources",
    "opened": "runtime.resources",
    "park": "steps.dead_letters",
    "park_branch": "steps.dead_letters",
    "prompt": "models.asking",
    "request_approval": "steps.approvals",
    "within": "steps.counters",
}


def checkpointer() -> "AbstractAsyncContextManager[SqliteCheckpointer]":
    """The checkpointer for a `langgraph.json`, which names it as `"baton.checkpointer"`.

    The Agent Server looks into the module's own names, so this one is defined here and not fetched at its first use.
    """
    opening: AbstractAsyncContextManager[SqliteCheckpointer] = import_module("baton.runtime.resources").checkpointer()
    return opening


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'baton' has no attribute {name!r}")
    return getattr(import_module(f"baton.{_HOMES[name]}"), name)
