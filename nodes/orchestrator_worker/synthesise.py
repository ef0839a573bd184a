"""Synthesise one reply from all findings, and propose at most one action."""

from typing import Any

from baton import ask
from desk.business import business, citable, instructions, knowledge, policies
from desk.records import Finding
from state.desk import DraftUpdate, as_draft, draft_shape
from state.orchestrator_worker import SynthesiseInput


async def synthesise(state: SynthesiseInput) -> DraftUpdate:
    """Ask a model for the reply and return it as a draft; the model sees the findings and nothing beside them."""
    specialist = (await knowledge()).specialist(state["route"])
    customer = _customer(state)
    findings = {each.subtask: each for each in state["findings"]}
    data: dict[str, Any] = {
        "route": state["route"],
        "findings": [
            {"id": each.id, "question": each.question, **_finding_data(findings[each.id])}
            for each in state["plan"].subtasks
            if each.id in findings
        ],
        "missing": [each.question for each in state["plan"].subtasks if each.id in state["missing"]],
        "policies": await policies(state["passages"]),
        "customer": customer,
        "actions": specialist.actions if customer else (),
        "complaint": state.get("complaint"),
        "message": state["request"],
    }
    allow = citable(data["policies"])
    answer = await ask("strong", draft_shape(data["actions"]), instructions(__file__), data, allow=allow)
    return {"draft": as_draft(answer)}


def _finding_data(finding: Finding) -> dict[str, Any]:
    """Return a finding as the model reads it: the count of its rows, its summary and its citations."""
    return {"rows": len(finding.rows), **finding.model_dump(include={"summary", "citations"})}


def _customer(state: SynthesiseInput) -> dict[str, Any] | None:
    """Return the customer's rows that the workers found, by kind; None for a stranger."""
    if state["customer_id"] is None:
        return None
    rows = [row for each in state["findings"] for row in each.rows]
    fields = business().service.id_fields
    return {kind: list({row[key]: row for row in rows if key in row}.values()) for kind, key in fields.items()}
