"""Orchestrator-worker: a plan is checked by code, worked in waves, and nothing of it is lost."""

from typing import Any

from langgraph.types import Send

from baton.testing import scripted_model
from desk.records import Finding, Review
from graphs.orchestrator_worker import after_gate, fan_out_plan, fan_out_wave, graph, in_scope
from state.desk import TierInput
from state.orchestrator_worker import Plan, SubTask

ASKED = {"message": "My new card has not arrived", "customer_id": None}
FIRST = SubTask(id="t1", worker="policies", question="When does a new card arrive?", needs=[])
SECOND = SubTask(id="t2", worker="policies", question="What does a second card cost?", needs=["t1"])
ANSWERED = {"open": [], "confidence": 1.0}
PLAN = {"subtasks": [FIRST.model_dump()]}
DRAFT = {"reply": "It is sent again after 5 days.", "citations": ["CARD-01"], "action": None}
REVIEW = Review(verdict="escalate", reason="no sound plan")


def working(*found: str, **more: Any) -> Any:
    findings = [Finding(subtask=each, summary="5 days", rows=[], evidence=[], citations=[]) for each in found]
    planned = {"plan": Plan(subtasks=[FIRST, SECOND]), "findings": findings, "failures": [], "passages": ["CARD-01.1"]}
    return {**ASKED, "request": ASKED["message"], "route": "cards", "confidence": 1.0, **planned, **more}


def subtask_ids(orders: Any) -> list[str]:
    return [each.arg["subtask"].id for each in orders if isinstance(each, Send)]


def test_a_sub_task_waits_for_what_it_needs() -> None:
    assert subtask_ids(fan_out_plan(working())) == ["t1"]
    assert subtask_ids(fan_out_wave(working("t1"))) == ["t2"]
    assert fan_out_wave(working("t1", "t2")) == "synthesise"


def test_a_plan_is_made_again_once_then_a_person_looks() -> None:
    assert fan_out_plan(working(complaint="no such worker")) == "plan"
    assert fan_out_plan(working(review=REVIEW)) == "escalate"
    assert (
        in_scope(TierInput(message="?", request="?", customer_id=None, route="other", confidence=1.0, sure=True))
        == "escalate"
    )


def test_a_reply_is_sent_repaired_or_left_to_a_person() -> None:
    assert after_gate({"complaint": None, "repaired": []}) == "check_answer"
    assert after_gate({"complaint": "it cites nothing", "repaired": []}) == "synthesise"
    assert after_gate({"complaint": "it cites nothing", "repaired": [], "review": REVIEW}) == "escalate"


async def test_a_message_is_planned_worked_and_answered() -> None:
    with scripted_model(PLAN, DRAFT, ANSWERED) as model:
        assert (await graph.ainvoke(ASKED))["reply"] == DRAFT["reply"]
    assert [each["id"] for each in model.asked[1].data["findings"]] == ["t1"]


async def test_a_worker_that_there_is_not_is_planned_again() -> None:
    unsound = {"subtasks": [{**FIRST.model_dump(), "worker": "astrology"}]}
    with scripted_model(unsound, PLAN, DRAFT, ANSWERED) as model:
        assert (await graph.ainvoke(ASKED))["outcome"] == "answered"
    assert model.asked[1].data["complaint"] == "there is no worker 'astrology'; there are policies"


async def test_the_offline_model_answers_from_what_was_found() -> None:
    assert "CARD-01" in (await graph.ainvoke(ASKED))["citations"]
