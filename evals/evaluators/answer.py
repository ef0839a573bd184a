"""The answer of a run: its resolution, or what a waiting run asks a person."""

from collections.abc import Sequence
from typing import Any

from baton.storage.records import RunSummary, StepAttempt


def answer_of(run: RunSummary, steps: Sequence[StepAttempt]) -> dict[str, Any]:
    """Return a run's resolution; of a run that waits for a person its last draft and the actions in question."""
    if run["status"] != "waiting":
        return dict(run["output"] or {})
    outputs: dict[str, Any] = {}
    for step in steps:
        outputs |= step["output"] if isinstance(step["output"], dict) else {}
    draft = outputs.get("draft")
    requests = [request for each in run["waiting_for"] for request in each["action_requests"]]
    return {
        **{name: outputs[name] for name in ("route", "confidence") if name in outputs},
        "outcome": "waiting",
        "citations": draft.get("citations", []) if isinstance(draft, dict) else [],
        "actions": [{"name": request["name"], "args": request["args"], "status": "proposed"} for request in requests],
    }
