"""The answer of a run."""

from typing import Any

from baton.storage.records import PendingApproval
from evals.evaluators.answer import answer_of
from tests.baton.rows import attempt as step
from tests.baton.rows import summary

WAITS: PendingApproval = {
    "interrupt_id": "i",
    "digest": "d",
    "action_requests": [{"name": "refund", "args": {"transaction_id": "T1", "amount": "24.90"}}],
    "review_configs": [],
}


def test_a_run_that_is_done_answers_with_its_resolution() -> None:
    output: Any = {"outcome": "answered", "route": "cards"}
    assert answer_of({**summary("done"), "output": output}, []) == output


def test_a_run_without_a_resolution_has_no_answer() -> None:
    assert answer_of(summary("dead_lettered"), [step("classify", {"route": "cards"})]) == {}


def test_a_run_that_waits_answers_with_its_last_draft_and_the_action_in_question() -> None:
    steps = [
        step("classify", {"route": "disputes", "confidence": 0.9}),
        step("draft", {"draft": {"citations": ["DISP-01"]}}),
        step("ask_person", None, "interrupted"),
    ]
    assert answer_of(summary("waiting", WAITS), steps) == {
        "route": "disputes",
        "confidence": 0.9,
        "outcome": "waiting",
        "citations": ["DISP-01"],
        "actions": [{"name": "refund", "args": {"transaction_id": "T1", "amount": "24.90"}, "status": "proposed"}],
    }
