"""Between two waves: what can be worked next, and what will never be found."""

from typing import Any, cast

import pytest

from baton.steps.dead_letters import Failure
from desk.records import Finding
from nodes.orchestrator_worker.collect import collect
from state.orchestrator_worker import Plan, SubTask, wave

PLAN = Plan(
    subtasks=[
        SubTask(id="a", worker="transactions", question="Which?", needs=[]),
        SubTask(id="b", worker="policies", question="What holds?", needs=[]),
        SubTask(id="c", worker="policies", question="What then?", needs=["a", "b"]),
    ]
)
FOUND = {
    "a": Finding(subtask="a", summary="none fits", rows=[], evidence=[], citations=[]),
    "b": Finding(subtask="b", summary="the rule", rows=[], evidence=["P-1.1", "P-1.2"], citations=["P-1"]),
    "c": Finding(subtask="c", summary="the same rule", rows=[], evidence=["P-1.2"], citations=["P-1"]),
}


def collect_input(*found: str, failed: tuple[str, ...] = ()) -> Any:
    letters = [
        Failure(letter_id="dl-1", step="investigate", reason="timeout", error="late", request={"subtask": {"id": name}})
        for name in failed
    ]
    known = {"message": "m", "request": "m", "customer_id": None, "route": "disputes", "confidence": 0.9, "plan": PLAN}
    return cast("Any", {**known, "findings": [FOUND[name] for name in found], "failures": letters})


@pytest.mark.parametrize(
    "found, failed, orders",
    [
        ((), (), ["a", "b"]),
        (("a",), (), ["b"]),
        (("b", "a"), (), ["c"]),
        (("a",), ("b",), []),
        (("a", "b", "c"), (), []),
    ],
)
def test_a_sub_task_goes_out_once_when_all_that_it_needs_is_found(
    found: tuple[str, ...], failed: tuple[str, ...], orders: list[str]
) -> None:
    assert [each["subtask"].id for each in wave(collect_input(*found, failed=failed))] == orders


def test_a_worker_is_given_what_it_needs() -> None:
    [order] = wave(collect_input("b", "a"))
    assert [each.subtask for each in order["given"]] == ["a", "b"]


async def test_what_failed_and_what_needs_it_is_missing() -> None:
    told = await collect(collect_input("a", failed=("b",)))
    assert told["missing"] == ["b", "c"]
    assert "b (policies): failed (timeout, dl-1); c (policies): not worked" in told["finding"]


async def test_passages_are_collected_once_each() -> None:
    told = await collect(collect_input("c", "b", "a"))
    assert (sorted(told["passages"]), told["missing"]) == (["P-1.1", "P-1.2"], [])


async def test_a_search_in_vain_leaves_its_question_open_but_no_such_payment_is_an_answer() -> None:
    state = collect_input("a", "b")
    nothing = FOUND["c"].model_copy(update={"evidence": [], "citations": []})
    state["findings"].append(nothing)
    assert (await collect(state))["missing"] == ["c"]
