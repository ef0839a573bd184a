"""Gates whose last word is a person's: what fails twice ends in an escalation instead of a dead letter."""

from typing import NotRequired

from baton.errors import GateFailed
from baton.steps.gates import GateReport, gate_report
from desk.records import Review


class GateUpdate(GateReport):
    """What such a gate writes; there is a `review` where the one repair was of no use."""

    review: NotRequired[Review]


def gate_or_person(gate: str, fault: str | None, repaired: list[str]) -> GateUpdate:
    """The report on one result; the second fault at the same gate is for a person."""
    try:
        report = gate_report(gate, fault, repaired)
    except GateFailed as failed:
        return {
            "complaint": failed.fault,
            "repaired": repaired,
            "review": Review(verdict="escalate", reason=str(failed)),
        }
    return {"complaint": report["complaint"], "repaired": report["repaired"]}
