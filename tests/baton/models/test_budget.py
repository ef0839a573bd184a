"""Budgets: whatever is reserved, settled, lost or asked for at once, no run holds more than its cap."""

import asyncio
import operator
import threading
from contextlib import suppress
from typing import Annotated, Any, Literal
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.types import Send
from typing_extensions import TypedDict

from baton.errors import LeaseLost, OverBudget
from baton.models.budget import Usage, reserve
from baton.records import Record
from baton.runtime.active import ActiveRun, active_run
from baton.runtime.resources import Resources, open_resources
from baton.steps.typed_graph import TypedStateGraph
from baton.testing import commit_hook

JUDGE = (
    "CREATE TRIGGER IF NOT EXISTS judge AFTER UPDATE ON runs"
    " WHEN NEW.spent_tokens + NEW.reserved_tokens > NEW.budget_tokens OR min(NEW.reserved_tokens, NEW.spent_tokens) < 0"
    " BEGIN SELECT RAISE(ABORT, 'over the cap'); END"
)
"""The database itself refuses every state that must not be."""

CONFIG: Any = {"configurable": {"thread_id": "t"}}
End = Literal["answered", "failed", "cut off", "crashed"]


class Call(Record):
    amount: int
    used: int
    end: End


class Calls(TypedDict):
    calls: list[Call]


class State(Calls, total=False):
    held: Annotated[list[Call], operator.add]
    refused: Annotated[list[Call], operator.add]


class One(TypedDict):
    call: Call


class Outcome(TypedDict, total=False):
    held: list[Call]
    refused: list[Call]


async def call(state: One) -> Outcome:
    """One model call, as `ask` makes it."""
    wanted = state["call"]
    try:
        reservation = await reserve(active_run(), "cheap", "local:desk", wanted.amount)
    except OverBudget:
        return {"refused": [wanted]}
    await asyncio.sleep(0)
    if wanted.end == "answered":
        await reservation.settle(Usage(wanted.used, 0))
    elif wanted.end != "crashed":
        await reservation.settle(None, error="it failed", unknown=wanted.end == "cut off")
    return {"held": [wanted]}


def fan_out(state: Calls) -> list[Send]:
    return [Send("call", {"call": each}) for each in state["calls"]]


async def cut_off(state: State) -> None:
    raise ValueError("cut off")


def calling() -> TypedStateGraph[Any, Any, Any, Any]:
    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(State, input_schema=Calls)
    return made.add_node(call).add_conditional_edges("__start__", fan_out, ["call"])


graph = calling().compile()
then_cut_off = calling().add_node(cut_off).add_edge("call", "cut_off").compile()
"""All the calls, and then a failure: the run has not ended, and a repetition is that run again."""


def spent(wanted: dict[str, Any]) -> int:
    """What a call must count as in the end."""
    amount, used = int(wanted["amount"]), int(wanted["used"])
    return {"answered": min(used, amount), "failed": 0}.get(wanted["end"], amount)


async def books(resources: Resources, thread: str, run: int = 1) -> dict[str, Any]:
    sql = "SELECT budget_tokens, reserved_tokens, spent_tokens FROM runs WHERE thread_id = ? AND run = ?"
    return dict(await resources.database.do(lambda tx: tx.execute(sql, (thread, run)).fetchone()))


async def work(resources: Resources, calls: list[Call], cap: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """All calls at once: the result and the run's books."""
    resources.settings.budget_tokens = cap
    await resources.database.do(lambda tx: tx.execute(JUDGE))
    thread = f"t-{uuid4().hex}"
    given: Any = {"calls": [each.model_dump() for each in calls]}
    result = await graph.ainvoke(given, {"configurable": {"thread_id": thread}})
    return result, await books(resources, thread)


amounts = st.integers(1, 60)
calls = st.builds(Call, amount=amounts, used=amounts, end=st.sampled_from(["answered", "failed", "cut off", "crashed"]))


@settings(max_examples=40)
@given(st.lists(calls, min_size=1, max_size=12), st.integers(1, 200))
def test_branches_at_once_never_hold_more_than_the_cap(wanted: list[Call], cap: int) -> None:
    async def trial() -> None:
        async with open_resources() as resources:
            result, ledger = await work(resources, wanted, cap)
        held, refused = result.get("held", []), result.get("refused", [])
        assert len(held) + len(refused) == len(wanted)
        crashed = sum(each["amount"] for each in held if each["end"] == "crashed")
        assert ledger["reserved_tokens"] == crashed
        assert ledger["spent_tokens"] == sum(map(spent, held)) - crashed
        assert ledger["spent_tokens"] + crashed <= cap

    asyncio.run(trial())


async def test_a_hundred_branches_spend_the_cap_and_no_more(resources: Resources) -> None:
    wanted = [Call(amount=50, used=50, end="answered")] * 100
    result, ledger = await work(resources, wanted, 1000)
    assert (len(result["held"]), len(result["refused"])) == (20, 80)
    assert (ledger["reserved_tokens"], ledger["spent_tokens"]) == (0, 1000)


async def test_what_was_not_used_is_there_again(resources: Resources) -> None:
    resources.settings.budget_tokens = 100
    one_by_one: Any = {**CONFIG, "max_concurrency": 1}
    wanted = [Call(amount=90, used=1, end="answered")] * 9
    result = await graph.ainvoke({"calls": wanted}, one_by_one)
    assert (len(result["held"]), result.get("refused", [])) == (9, [])
    assert (await books(resources, "t"))["spent_tokens"] == 9


async def test_what_is_refused_is_told_with_what_is_left(resources: Resources) -> None:
    async def greedy(state: Calls) -> Outcome:
        await reserve(active_run(), "cheap", "local:desk", 40)
        await reserve(active_run(), "cheap", "local:desk", 61)
        return {}

    resources.settings.budget_tokens = 100
    greedy_graph = TypedStateGraph(State, input_schema=Calls).add_node(greedy).add_edge("__start__", "greedy").compile()
    with pytest.raises(OverBudget) as caught:
        await greedy_graph.ainvoke({"calls": []})
    assert (caught.value.asked, caught.value.left) == (61, 60)


async def test_the_budget_lives_on_when_a_run_is_taken_up_again(resources: Resources) -> None:
    resources.settings.budget_tokens = 100
    wanted: Any = {"calls": [Call(amount=60, used=60, end="answered")]}
    with pytest.raises(ValueError, match="cut off"):
        await then_cut_off.ainvoke(wanted, CONFIG)
    again = await graph.ainvoke(wanted, CONFIG)
    assert (len(again["refused"]), (await books(resources, "t"))["spent_tokens"]) == (1, 60)


async def test_each_run_on_a_thread_has_a_budget_of_its_own(resources: Resources) -> None:
    resources.settings.budget_tokens = 100
    for run in (1, 2):
        result = await graph.ainvoke({"calls": [Call(amount=60, used=60, end="answered")]}, CONFIG)
        assert result.get("refused", []) == []
        assert (await books(resources, "t", run))["spent_tokens"] == 60


async def test_a_process_that_lost_its_lease_reserves_nothing(resources: Resources) -> None:
    class Empty(TypedDict, total=False):
        text: str

    async def late(state: Empty) -> Empty:
        await reserve(ActiveRun("t", 1, "late", resources, fence=7), "cheap", "local:desk", 1)
        return {}

    builder = TypedStateGraph(Empty).add_node(late).add_edge("__start__", "late")
    with pytest.raises(LeaseLost):
        await builder.compile().ainvoke({}, CONFIG)
    assert (await books(resources, "t"))["reserved_tokens"] == 0


@pytest.mark.parametrize("cap", [100, 50])
async def test_what_is_reserved_for_a_task_that_was_cancelled_meanwhile_is_given_back(
    resources: Resources, cap: int
) -> None:
    begins, goes_on = threading.Event(), threading.Event()

    def wait() -> None:
        begins.set()
        goes_on.wait(20)

    async def cancelled(_: Calls) -> Outcome:
        with commit_hook(before=wait):
            asking = asyncio.ensure_future(reserve(active_run(), "cheap", "local:desk", 60))
            await asyncio.to_thread(begins.wait, 20)
            asking.cancel()  # the reservation is made all the same, where it fits
            with suppress(asyncio.CancelledError):
                await asking
            goes_on.set()
        held = await reserve(active_run(), "cheap", "local:desk", cap)
        await held.settle(Usage(1, 0))
        return {}

    resources.settings.budget_tokens = cap
    await resources.database.do(lambda tx: tx.execute(JUDGE))
    made: Any = TypedStateGraph(State, input_schema=Calls)
    made.add_node(cancelled).add_edge("__start__", "cancelled")
    await made.compile().ainvoke({"calls": []}, CONFIG)
    ledger = await books(resources, "t")
    assert (ledger["reserved_tokens"], ledger["spent_tokens"]) == (0, 1)
    calls = await resources.database.do(lambda tx: tx.execute("SELECT status FROM model_calls").fetchall())
    assert [each["status"] for each in calls] == ["answered"]
