"""A judged run as LangSmith takes it: ids that stay, times that hold, tokens where it counts them."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from baton.storage.records import StepAttempt
from evals.examples import Example
from evals.langsmith.traces import Project, Trace, trace_of
from evals.records import JudgedCell
from tests.evals.conftest import line

PROJECT = Project(uuid4(), uuid4(), "parrot", 1000.0)
EXAMPLE = Example.model_validate(line("a", "one"))
CALL: dict[str, Any] = {"role": "strong", "model": "openai:large", "status": "answered", "error": None, "note": None}
CALL |= {"input_tokens": 10, "output_tokens": 5, "cost_usd": 0.25, "latency_ms": 500.0}


def attempt(step: str, **more: Any) -> StepAttempt:
    span = {"kind": "step", "attempt": 1, "status": "done", "started_at": 2000.0, "latency_ms": 1000.0, "calls": []}
    values = {"input": {"message": "one"}, "output": {"route": "cards"}, "error": None}
    return cast("StepAttempt", {"step": step, **span, **values, **more})


def cell(**more: Any) -> JudgedCell:
    run = {"example_id": "a", "thread_id": "e1-1", "repetition": 1, "status": "done", "latency_ms": 2500.0}
    answer = {"outcome": "answered", "route": "cards", "confidence": 0.9, "reply": "Yes.", "citations": []}
    judged: dict[str, Any] = {"actions": [], "scores": {}, "steps": {}, "error": None, "judge": None}
    return cast("JudgedCell", {**run, **answer, **judged, **more})


def trace(*attempts: StepAttempt, **more: Any) -> Trace:
    return trace_of(PROJECT, cell(**more), EXAMPLE, attempts)


def test_the_same_run_has_the_same_ids_in_the_same_project_only() -> None:
    given = attempt("draft", calls=[CALL])
    assert trace(given) == trace(given)
    other = trace_of(Project(uuid4(), PROJECT.dataset_id, "parrot", 1000.0), cell(), EXAMPLE, [given])
    assert {each["id"] for each in other.runs} & {each["id"] for each in trace(given).runs} == set()


def test_a_run_lasts_as_long_as_it_was_measured() -> None:
    root, step = trace(attempt("draft")).runs
    assert [root["start_time"], step["start_time"]] == [datetime.fromtimestamp(2000, UTC)] * 2
    assert (root["end_time"] - root["start_time"]).total_seconds() == 2.5
    assert (step["end_time"] - step["start_time"]).total_seconds() == 1


def test_a_step_that_was_tried_again_is_a_run_for_each_attempt_with_its_error() -> None:
    _, first, second = trace(attempt("draft", error="busy", output=None), attempt("draft", attempt=2)).runs
    assert (first["error"], first["outputs"], second["error"]) == ("busy", {}, None)
    assert first["id"] != second["id"]


def test_a_model_call_stands_below_its_step_with_its_tokens_and_cost() -> None:
    _, step, call, after = trace(attempt("draft", calls=[CALL, CALL])).runs
    assert (call["parent_run_id"], call["run_type"]) == (step["id"], "llm")
    assert call["extra"]["metadata"] == {
        "ls_provider": "openai",
        "ls_model_name": "large",
        "usage_metadata": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "total_cost": 0.25},
    }
    assert after["start_time"] == call["end_time"]


def test_an_unknown_price_is_no_cost() -> None:
    *_, call = trace(attempt("draft", calls=[{**CALL, "cost_usd": None}])).runs
    assert "total_cost" not in call["extra"]["metadata"]["usage_metadata"]


def test_an_effect_is_a_tool_and_other_spans_are_not_sent() -> None:
    _, effect = trace(attempt("act!", kind="effect"), attempt("act (budget)", kind="budget")).runs
    assert (effect["name"], effect["run_type"]) == ("act!", "tool")


def test_scores_of_a_step_stand_at_its_last_attempt_and_else_at_the_root() -> None:
    steps = {"draft": {"says": 0.5}, "vote/1": {"route": True}}
    made = trace(attempt("draft", error="busy"), attempt("draft", attempt=2), scores={"harm": False}, steps=steps)
    root, _, second = made.runs
    assert [(each.run_id, each.key, each.score) for each in made.feedback] == [
        (root["id"], "harm", False),
        (second["id"], "says", 0.5),
        (root["id"], "vote/1: route", True),
    ]


def test_once_its_steps_were_deleted_a_run_is_its_root() -> None:
    made = trace(steps={"draft": {"says": 0.5}})
    [root] = made.runs
    assert root["start_time"] == datetime.fromtimestamp(PROJECT.began, UTC)
    assert [each.key for each in made.feedback] == ["draft: says"]


def test_a_run_without_an_answer_is_an_error() -> None:
    [root] = trace(outcome=None, error="settle: it exploded").runs
    assert root["error"] == "settle: it exploded"
    [answered] = trace(error="an attempt failed before it went well").runs
    assert answered["error"] is None


def test_the_judges_reason_stands_at_its_verdict() -> None:
    mark = {"verdict": "fail", "reason": "it leaves open what it costs"}
    made = trace(scores={"judged": False, "harm": False}, judge=mark)
    assert [each.comment for each in made.feedback] == ["it leaves open what it costs", None]
