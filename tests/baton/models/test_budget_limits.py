"""Budgets in dollars, over processes and in fan-outs; what an endpoint reports beyond them; the warning."""

import asyncio
import logging
import operator
from typing import Annotated, Any

import pytest
from langgraph.graph import START
from langgraph.types import Send
from typing_extensions import TypedDict

from baton import Job, Runner
from baton.errors import OverBudget
from baton.models.budget import Offer, Usage, reserve, reserve_first
from baton.runtime.active import ActiveRun, active_run
from baton.runtime.resources import Resources, open_resources
from baton.steps.typed_graph import TypedStateGraph
from baton.storage import run_rows
from baton.storage.show import steps
from tests.baton.models.test_budget import JUDGE, books
from tests.baton.payments import place, wait_for
from tests.baton.processes import process

CONFIG: Any = {"configurable": {"thread_id": "t"}}
DOLLARS = (
    "CREATE TRIGGER IF NOT EXISTS judge_dollars AFTER UPDATE ON runs"
    " WHEN NEW.spent_nanousd + NEW.reserved_nanousd > NEW.budget_nanousd"
    " OR min(NEW.reserved_nanousd, NEW.spent_nanousd) < 0 BEGIN SELECT RAISE(ABORT, 'over the cap'); END"
)


class State(TypedDict, total=False):
    branches: int
    paid: Annotated[list[int], operator.add]


async def call(state: State) -> State:
    """A call that may need 50 tokens or $0.05, and needs all of it."""
    try:
        held = await reserve(active_run(), "cheap", "openai:small", 50, 50_000_000)
    except OverBudget:
        return {"paid": [0]}
    await asyncio.sleep(0.001)
    await held.settle(Usage(25, 25), 0.05)
    return {"paid": [1]}


def spread(state: State) -> list[Send]:
    return [Send("call", {})] * state["branches"]


async def cut_off(state: State) -> None:
    raise ValueError("cut off")


def spread_or_cut_off(state: State) -> list[Send] | str:
    return spread(state) or "cut_off"


graph = TypedStateGraph(State).add_node(call).add_conditional_edges(START, spread, ["call"]).compile()
builder = TypedStateGraph(State).add_node(call).add_node(cut_off).add_edge("call", "cut_off")
unended = builder.add_conditional_edges(START, spread_or_cut_off, ["call", "cut_off"]).compile()
"""The calls, and then a failure: the run has not ended, and a repetition is that run again."""


async def cut_off_after(branches: int) -> None:
    with pytest.raises(ValueError, match="cut off"):
        await unended.ainvoke({"branches": branches}, CONFIG)


def only(step: Any) -> Any:
    return TypedStateGraph(State).add_node("step", step).add_edge(START, "step").compile()


async def rows(resources: Resources, sql: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await resources.database.do(lambda tx: tx.execute(sql).fetchall())]


async def judged(resources: Resources) -> None:
    await resources.database.do(lambda tx: (tx.execute(JUDGE), tx.execute(DOLLARS)))


@pytest.mark.parametrize("cents,paid", [(100, 20), (99, 19), (4, 0)])
async def test_a_hundred_branches_spend_the_dollars_and_no_more(resources: Resources, cents: int, paid: int) -> None:
    resources.settings.budget_usd = cents / 100
    await judged(resources)
    result = await graph.ainvoke({"branches": 100}, CONFIG)
    (run,) = await rows(resources, "SELECT * FROM runs")
    assert sum(result["paid"]) == paid
    assert (run["reserved_nanousd"], run["spent_nanousd"]) == (0, paid * 50_000_000)


async def test_dollars_that_are_spent_are_not_told_to_be_raised_in_tokens(resources: Resources) -> None:
    async def step(state: State) -> State:
        await reserve(active_run(), "cheap", "openai:small", 1, 2_000_000_000)
        return {}

    resources.settings.budget_usd = 1.5
    runner = Runner(resources, {"dear": only(step)}.__getitem__)
    run = await runner.resume(*await runner.queue("dear", [Job({})]))
    assert run["status"] == "failed"
    assert str(run["error"]).endswith("are left of the budget; a larger BATON_BUDGET_USD holds for runs that begin")
    assert await resources.database.do(run_rows.resumable) == []


async def test_what_dollars_are_left_is_told(resources: Resources) -> None:
    async def step(state: State) -> State:
        await reserve(active_run(), "cheap", "openai:small", 1, 2_000_000_000)
        return {}

    resources.settings.budget_usd = 1.5
    with pytest.raises(OverBudget, match=r"may cost \$2\.000000 and \$1\.500000 are left"):
        await only(step).ainvoke({}, CONFIG)


def spend(name: str) -> None:
    """One process of several that work branches of one run."""

    async def spending() -> None:
        async with open_resources() as resources:
            run = ActiveRun("t", 1, "graph", resources)
            (place() / f"{name}.ready").touch()
            while not (place() / "go").exists():  # noqa: ASYNC110 - the barrier between processes is a file
                await asyncio.sleep(0.001)

            async def step(state: State) -> State:
                held = await asyncio.gather(
                    *(reserve(run, "cheap", "openai:small", 50) for _ in range(25)), return_exceptions=True
                )
                return {"paid": [sum(not isinstance(each, OverBudget) for each in held)]}

            result = await only(step).ainvoke({}, {"configurable": {"thread_id": f"own-{name}"}})
            (place() / f"{name}.held").write_text(str(result["paid"][0]))

    asyncio.run(spending())


def held_by(name: str) -> int:
    return int((place() / f"{name}.held").read_text())


async def test_several_processes_share_one_budget_and_their_deaths_give_nothing_back(resources: Resources) -> None:
    resources.settings.budget_tokens = 1000
    await judged(resources)
    await cut_off_after(0)
    names = ["one", "two", "three"]
    with process(spend, "one") as one, process(spend, "two") as two, process(spend, "three") as three:
        for name in names:
            await asyncio.to_thread(wait_for, place() / f"{name}.ready")
        (place() / "go").touch()
        for each in (one, two, three):
            await asyncio.to_thread(each.join, 20)
    assert sum(map(held_by, names)) == 20
    again = await graph.ainvoke({"branches": 3}, CONFIG)
    assert sum(again["paid"]) == 0, "what was never settled counts as spent"
    assert (await books(resources, "t"))["reserved_tokens"] == 1000


@pytest.mark.parametrize("reported", [(900, 200), (2**70, 1), (-50, -50), (0, 0)])
async def test_no_report_of_an_endpoint_breaks_the_books(resources: Resources, reported: tuple[int, int]) -> None:
    async def step(state: State) -> State:
        held = await reserve(active_run(), "cheap", "openai:small", 1000, 1000)
        await held.settle(Usage(*reported), 3.0)
        return {}

    await judged(resources)
    resources.settings.budget_usd = 1
    resources.settings.budget_tokens = 1000
    await only(step).ainvoke({}, CONFIG)
    run = await books(resources, "t")
    (made,) = await rows(resources, "SELECT * FROM model_calls")
    much = sum(reported) > 1000
    assert (run["reserved_tokens"], run["spent_tokens"]) == (0, 1000 if much else 0)
    assert (made["note"] or "").endswith("1000 reserved; these count as spent") is much
    assert made["input_tokens"] == min(max(reported[0], 0), 2**53)


async def test_a_budget_that_is_nearly_used_up_is_told_once_however_often_its_run_is_taken_up_again(
    resources: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    resources.settings.budget_tokens = 1000
    with caplog.at_level(logging.WARNING, "baton"):
        await cut_off_after(15)
        assert caplog.messages == []
        for _ in range(2):
            await cut_off_after(100)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("t has used 80 % of its budget")
    (told,) = await rows(resources, "SELECT * FROM spans WHERE kind = 'budget'")
    assert told["status"] == "warning"
    shown = await resources.database.do(lambda tx: steps(tx, "t", 1))
    (row,) = [each for each in shown if each["kind"] == "budget"]
    assert (row["step"], row["output"]["budget_tokens"]) == ("call (budget)", 1000)


async def test_the_first_offer_that_fits_is_held(resources: Resources) -> None:
    held: list[int] = []

    async def step(state: State) -> State:
        offers = [Offer("strong", "big", 600), Offer("cheap", "small", 300), Offer("cheap", "small", 90)]
        while True:
            reservation = await reserve_first(active_run(), offers)
            held.append(reservation.offer.tokens)

    resources.settings.budget_tokens = 1000
    with pytest.raises(OverBudget) as caught:
        await only(step).ainvoke({}, CONFIG)
    assert held == [600, 300, 90]
    assert (caught.value.asked, caught.value.left) == (600, 10)
