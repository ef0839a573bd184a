"""Gates that escalate: a result that fails twice goes to a person instead of becoming a dead letter."""

from typing import NotRequired

from baton.errors import GateFailed
from baton.steps.gates import GateReport, gate_report
from desk.records import Review


class GateUpdate(GateReport):
    """Written by such a gate; `review` only where the result failed again after its one repair."""

    review: NotRequired[Review]


def gate_or_person(gate: str, fault: str | None, repaired: list[str]) -> GateUpdate:
    """Return the report of a gate on one result; at the second fault it holds a review that escalates."""
    try:
        report = gate_report(gate, fault, repaired)
    except GateFailed as failed:
        return {
            "complaint": failed.fault,
            "repaired": repaired,
            "review": Review(verdict="escalate", reason=str(failed)),
        }
    return {"complaint": report["complaint"], "repaired": report["repaired"]}
