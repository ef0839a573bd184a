"""The gate behind the planner: what cannot be worked is planned anew once, and then a person looks."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from langgraph.runtime import Runtime

from nodes.orchestrator_worker.gate_plan import gate_plan
from state.context import Context
from state.orchestrator_worker import Plan, SubTask


def subtask(name: str, worker: str = "policies", question: str | None = None, needs: tuple[str, ...] = ()) -> SubTask:
    return SubTask(id=name, worker=worker, question=question or f"What of {name}?", needs=list(needs))


@pytest.fixture
def gate(runtime: Callable[..., Runtime[Context]]) -> Any:
    async def run(*subtasks: SubTask, repaired: tuple[str, ...] = ()) -> dict[str, Any]:
        state = {"plan": Plan(subtasks=list(subtasks)), "repaired": list(repaired)}
        return dict(await gate_plan(cast("Any", state), runtime(subtasks=3)))

    return run


async def test_a_plan_in_waves_passes(gate: Any) -> None:
    plan = subtask("a", "transactions"), subtask("b", needs=("a",)), subtask("c", needs=("a", "b"))
    assert (await gate(*plan))["complaint"] is None


@pytest.mark.parametrize(
    "plan, fault",
    [
        ((), "the plan has no sub-task"),
        ([subtask(str(n)) for n in range(500)], "500 sub-tasks were planned: the cap of 3 sub-tasks (subtasks)"),
        ((subtask("a", "hacker"),), "there is no worker 'hacker'; there are transactions, cards, account, policies"),
        ((subtask("a"), subtask("a", question="Why?")), "the id 'a' is empty or stands twice"),
        ((subtask(" "),), "the id ' ' is empty or stands twice"),
        ((subtask("a", question="  "),), "the sub-task 'a' asks nothing"),
        ((subtask("a", needs=("z",)),), "the sub-task 'a' needs 'z', which there is not"),
        ((subtask("a", needs=("a",)),), "in a circle: a -> a"),
        ((subtask("a", needs=("b",)), subtask("b", needs=("a",))), "in a circle"),
        ((subtask("a", question="What?"), subtask("b", question=" what ")), "policies is asked twice 'what'"),
    ],
)
async def test_what_cannot_be_worked_is_sent_back(gate: Any, plan: list[SubTask], fault: str) -> None:
    report = await gate(*plan)
    assert fault in report["complaint"]
    assert (report["repaired"], "review" in report) == (["gate_plan"], False)


async def test_the_same_question_may_go_to_two_workers(gate: Any) -> None:
    assert (await gate(subtask("a", question="What?"), subtask("b", "cards", "What?")))["complaint"] is None


async def test_the_second_fault_is_for_a_person(gate: Any) -> None:
    report = await gate(repaired=("gate_plan",))
    assert report["review"].reason == "gate_plan: the plan has no sub-task; it was repaired once already"
