"""Synthesise one reply from all findings, and propose at most one action."""

from typing import Any

from baton import ask
from desk.business import business, instructions, knowledge, policies
from desk.records import Finding
from state.desk import DraftUpdate, draft_shape, plain
from state.orchestrator_worker import SynthesiseInput


async def synthesise(state: SynthesiseInput) -> DraftUpdate:
    """A reply that rests on the findings; what they do not hold, the model does not see."""
    specialist = (await knowledge()).specialist(state["route"])
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
        "actions": specialist.actions,
        "complaint": state.get("complaint"),
    }
    said = await ask("strong", draft_shape(specialist.actions), instructions(__file__), data)
    return {"draft": plain(said)}


def _told(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(include={"summary", "citations"})


def _customer(state: SynthesiseInput) -> dict[str, Any] | None:
    """The customer's things that were found, and no others; None for a stranger."""
    if state["customer_id"] is None:
        return None
    rows = [row for each in state["findings"] for row in each.rows]
    fields = business().service.id_fields
    return {kind: list({row[key]: row for row in rows if key in row}.values()) for kind, key in fields.items()}
