"""The gate behind the investigation: the reply rests on what was found, on all of it, and on nothing else."""

from typing import Any

import pytest

from baton.runtime.resources import Resources
from desk.records import Finding
from nodes.orchestrator_worker.gate_coverage import gate_coverage
from state.desk import Draft
from state.orchestrator_worker import Plan, State, SubTask
from tests.nodes.conftest import alone

PAYMENT = {
    "transaction_id": "T04348",
    "at": "2026-11-06T21:04:00Z",
    "merchant": "Lumen Hotel",
    "amount": "180.00",
    "kind": "card_payment",
    "status": "posted",
}
PAID = Finding(subtask="t1", summary="GBP 180.00 twice", rows=[PAYMENT], evidence=["T04348"], citations=[])
RULE = Finding(subtask="t2", summary="DISP-01", rows=[], evidence=["DISP-01.1"], citations=["DISP-01"])
SUBTASKS = [
    SubTask(id="t1", worker="transactions", question="Which?", needs=[]),
    SubTask(id="t2", worker="policies", question="What holds?", needs=["t1"]),
]
REFUND = {"name": "refund", "transaction_id": "T04348", "amount": "180.00"}


@pytest.fixture
def gate(resources: Resources) -> Any:
    async def run(reply: str = "You paid GBP 180.00.", **changed: Any) -> dict[str, Any]:
        drafted = {"reply": reply, "citations": changed.pop("citations", ["DISP-01"])}
        draft = Draft.model_validate({**drafted, "action": changed.pop("action", None)})
        known = {
            "message": "Lumen Hotel took 180.00 twice",
            "request": "Lumen Hotel took 180.00 twice",
            "customer_id": "C012",
            "route": "disputes",
            "confidence": 1,
        }
        plan, findings = Plan(subtasks=SUBTASKS), changed.pop("findings", [PAID, RULE])
        collected = {"passages": ["DISP-01.1"], "missing": [], "finding": "", "failures": []}
        state = {**known, **collected, "plan": plan, "findings": findings, "draft": draft, **changed}
        return await alone(gate_coverage, State, **state)

    return run


@pytest.mark.parametrize(
    "reply",
    [
        "You paid GBP 180.00 for T04348.",
        "The desk can refund a transaction that was taken wrongly.",
        "A colleague will look.",
    ],
)
async def test_what_findings_policies_and_message_say_goes_on(gate: Any, reply: str) -> None:
    report = await gate(reply)
    assert (report["complaint"], "review" in report) == (None, False)


async def test_an_action_about_what_was_found_goes_on(gate: Any) -> None:
    assert (await gate("We have refunded GBP 180.00.", action=REFUND))["complaint"] is None


@pytest.mark.parametrize(
    "changed, fault",
    [
        ({"reply": "You get GBP 99.00."}, "neither a finding nor the message names the amount 99.00"),
        ({"reply": "We have refunded it."}, "the reply claims that something was done, and proposes nothing"),
        ({"reply": "Your card 4111 1111\n1111 1111 is fine."}, "the reply holds a card number"),
        ({"reply": "Your [card ending 1111] is fine."}, "the reply holds a card number"),
        ({"reply": "Card K0009 is frozen."}, "that is not the customer's"),
        ({"citations": []}, "the reply must cite policies, and only those that were found"),
        ({"citations": ["DISP-01", "ACC-01"]}, "the reply must cite policies, and only those that were found"),
        (
            {"action": {**REFUND, "transaction_id": "T04347"}},
            "the action names a card, an account or a payment that no",
        ),
        ({"findings": [RULE]}, "the sub-task t1 was lost"),
        (
            {"passages": ["DISP-01.1", "FEES-09.1"], "citations": ["FEES-09"]},
            "the reply rests on nothing that t2 found; it found DISP-01",
        ),
        (
            {"findings": [PAID.model_copy(update={"evidence": ["T04315"]}), RULE]},
            "that is not the customer's",
        ),
    ],
)
async def test_what_rests_on_nothing_is_sent_back(gate: Any, changed: dict[str, Any], fault: str) -> None:
    report = await gate(**changed)
    assert fault in report["complaint"]
    assert "review" not in report


async def test_the_second_fault_is_for_a_person_with_what_holds_of_the_draft(gate: Any) -> None:
    action = {**REFUND, "transaction_id": "T04347"}
    report = await gate("Pay GBP 99.00.", action=action, citations=["DISP-01", "X-1"], repaired=["gate_coverage"])
    assert report["review"]["verdict"] == "escalate"
    assert (report["best"]["citations"], report["best"]["action"]) == (["DISP-01"], None)


async def test_a_missing_finding_is_for_a_person_however_sound_the_draft(gate: Any) -> None:
    report = await gate(findings=[RULE], missing=["t1"])
    assert (report["complaint"], report["review"]["reason"]) == (None, "no findings for t1")
    assert report["best"]["reply"] == "You paid GBP 180.00."
