"""A run step by step: in order, with what was paid, and with what was lost."""

import time

import pytest

from baton import Job, request_approval
from baton.errors import Fatal
from baton.runtime.resources import Resources
from baton.storage import summaries
from baton.storage.records import StepAttempt, Usage
from baton.storage.show import steps
from tests.baton.payments import Order, Paid, Thought, chain, desk, place, queued, think, within_limit, worked
from tests.baton.processes import process, work
from tests.baton.questions import approve

PAYMENT = ["book", "book!", "pay", "pay!", "thank"]


async def shown(resources: Resources, thread: str = "one") -> list[StepAttempt]:
    return await resources.database.do(lambda tx: steps(tx, thread, 1))


async def usage(resources: Resources, thread: str = "one") -> Usage:
    return await resources.database.do(lambda tx: summaries.usage(tx, thread, 1))


async def test_steps_stand_in_the_order_in_which_they_began_with_what_went_in_and_out() -> None:
    await queued("one")
    async with desk() as (runner, resources):
        await runner.resume("one")
        rows = await shown(resources)
    assert [row["step"] for row in rows] == PAYMENT
    assert [row["started_at"] for row in rows] == sorted(row["started_at"] for row in rows)
    assert {row["status"] for row in rows} == {"done"}
    assert rows[2]["input"] == {"amount": 7}
    assert rows[2]["output"] == {"receipt": {"paid": 7}}
    assert rows[3]["output"] == {"paid": 7}


async def test_tokens_and_cost_of_the_steps_add_up_to_those_of_the_run() -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, resources):
        await runner.resume("one")
        await runner.decide("one", approve())
        rows, whole = await shown(resources), await usage(resources)
    assert [(row["step"], row["status"]) for row in rows] == [
        ("think", "done"),
        ("ask_person", "interrupted"),
        ("ask_person", "done"),
        ("pay", "done"),
        ("pay!", "done"),
    ]
    assert sum(row["model_calls"] for row in rows) == whole["model_calls"]
    assert sum(row["input_tokens"] or 0 for row in rows) == whole["input_tokens"]
    assert sum(row["output_tokens"] or 0 for row in rows) == whole["output_tokens"]
    assert sum(row["cost_usd"] or 0 for row in rows) == whole["cost_usd"]
    assert whole == {"model_calls": 1, "input_tokens": 10, "output_tokens": 5, "cost_usd": 0.01}


@pytest.mark.parametrize("resumed", [False, True])
async def test_a_step_that_was_killed_after_it_paid_is_shown_as_lost_also_when_the_run_went_on(
    *, resumed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.3")
    (place() / "thinking.kill").touch()
    await queued("one", graph="approved")
    with process(work, ["one"]) as working:
        working.join(20)
    async with desk() as (runner, resources):
        if resumed:
            await runner.resume("one")
        rows, whole = await shown(resources), await usage(resources)
    assert (rows[0]["step"], rows[0]["status"], rows[0]["model_calls"]) == ("think", "lost", 1)
    assert [(row["step"], row["status"]) for row in rows[1:]] == (
        [("think", "done"), ("ask_person", "interrupted")] if resumed else []
    )
    assert sum(row["model_calls"] for row in rows) == whole["model_calls"] == worked().count("thinking")
    assert sum(row["input_tokens"] or 0 for row in rows) == whole["input_tokens"] == (10 if resumed else 0)
    assert whole["cost_usd"] is None, "what a lost call cost is not known"


async def test_a_step_that_asks_twice_shows_each_call_where_it_was_made() -> None:
    async def think_then_ask(state: Order) -> Thought:
        thought = await think(state)
        await request_approval("pay", {"amount": 7}, description="", check=within_limit)
        return thought

    async with desk({"both": chain(think_then_ask, name="both")}) as (runner, resources):
        await runner.queue("both", [Job({"amount": 7}, "one")])
        await runner.resume("one")
        await runner.decide("one", approve())
        rows = await shown(resources)
    assert [(row["status"], row["model_calls"]) for row in rows] == [("interrupted", 1), ("done", 1)]


async def test_a_failed_step_shows_its_error() -> None:
    async def fail(state: Order) -> Paid:
        raise Fatal("it cannot be")

    async with desk({"fail": chain(fail, name="fail")}) as (runner, resources):
        await runner.queue("fail", [Job({"amount": 7}, "one")])
        await runner.resume("one")
        (row,) = await shown(resources)
    assert (row["status"], row["error"], row["output"]) == ("failed", "Fatal: it cannot be", None)


SLOW = (  # the first step after the clock was set took long
    "UPDATE spans SET started_at = started_at - 900, latency_ms = latency_ms + 900000"
    " WHERE step = 'ask_person' AND status = 'done'"
)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_set_on_the_way_does_not_mix_up_the_order(
    monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    true_time = time.time
    await queued("one", graph="approved")
    async with desk() as (runner, resources):
        await runner.resume("one")
        monkeypatch.setattr(time, "time", lambda: true_time() + hours * 3600)
        await runner.decide("one", approve())
        await resources.database.do(lambda tx: tx.execute(SLOW))
        assert [row["step"] for row in await shown(resources)] == ["think", "ask_person", "ask_person", "pay", "pay!"]


async def test_a_thread_without_steps_shows_none() -> None:
    await queued("one")
    async with desk() as (_, resources):
        assert await shown(resources) == []
