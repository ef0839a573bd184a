"""Synthesise one reply from all findings, and propose at most one action."""

import asyncio
from typing import Any

from bank.clerk_view import KEYS
from bank.papers import policies
from bank.specialists import specialist
from baton import ask, prompt
from state.desk import Drafting, draft_shape, plain
from state.orchestrator_worker import Finding, Investigated


async def synthesise(state: Investigated) -> Drafting:
    """A reply that rests on the findings; what they do not hold, the model does not see."""
    chosen = await asyncio.to_thread(specialist, state["route"])
    found = {each.subtask: each for each in state["findings"]}
    data = {
        "message": state["message"],
        "route": state["route"],
        "findings": [
            {"id": each.id, "question": each.question, "rows": len(found[each.id].rows), **_told(found[each.id])}
            for each in state["plan"].subtasks
            if each.id in found
        ],
        "missing": [each.question for each in state["plan"].subtasks if each.id in state["missing"]],
        "policies": await policies(state["passages"]),
        "customer": _customer(state),
        "actions": chosen.actions,
        "complaint": state.get("complaint"),
    }
    said = await ask("strong", draft_shape(chosen.actions), prompt(__file__), data)
    return {"draft": plain(said)}


def _told(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(include={"summary", "citations"})


def _customer(state: Investigated) -> dict[str, Any] | None:
    """The customer's things that were found, and no others; None for a stranger."""
    if state["customer_id"] is None:
        return None
    rows = [row for each in state["findings"] for row in each.rows]
    return {what: list({row[key]: row for row in rows if key in row}.values()) for what, key in KEYS.items()}
