"""Effects: once in the receiver's own log, whatever happens around them."""

import json
import time
from typing import Any

import pytest
from langgraph.types import RetryPolicy

from baton import Job, effect
from baton.config.policies import transient
from baton.errors import Fatal, Transient
from baton.runs.graph_shapes import Graph
from baton.runtime.active import active_run
from baton.runtime.resources import Resources
from baton.steps.dead_letters import REASONS
from baton.steps.effects import BY_KEY, CLOSE
from baton.storage.transaction import Transaction
from tests.baton.payments import (
    Order,
    Paid,
    Receipt,
    chain,
    desk,
    paid,
    pay_once,
    receive,
    without_desk,
    worked,
)

AT_ONCE = RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=3, retry_on=transient)


async def ledger(resources: Resources) -> list[tuple[str, str]]:
    sql = "SELECT key, status FROM effects ORDER BY created_at"
    rows: list[Any] = await resources.database.do(lambda tx: tx.execute(sql).fetchall())
    return [(without_desk(row["key"]), row["status"]) for row in rows]


async def letters(resources: Resources) -> list[dict[str, Any]]:
    rows = await resources.database.do(lambda tx: tx.execute("SELECT * FROM dead_letters").fetchall())
    return [dict(row) for row in rows]


async def done_elsewhere(key: str, receipt: dict[str, Any]) -> None:
    """What another process writes that works the same step."""
    resources = active_run().resources

    def close(tx: Transaction) -> None:
        done = {**dict(tx.execute(BY_KEY, (key,)).fetchone()), "status": "done", "receipt": json.dumps(receipt)}
        tx.execute(CLOSE, {**done, "seal": resources.signer.sign_row("effects", done), "now": time.time()})

    await resources.database.do(close)


def with_retries(node: Any) -> Graph:
    made: Any = chain(node, name="tried").builder
    made.nodes[node.__name__].retry_policy = [AT_ONCE]
    graph: Graph = made.compile(name="tried")
    return graph


async def test_the_key_is_thread_run_desk_path_and_occurrence() -> None:
    keys: list[str] = []

    async def execute(key: str) -> dict[str, Any]:
        keys.append(key)
        return {"paid": 7}

    async def pay_anyone(state: Order) -> Paid:
        for occurrence in (None, "second"):
            await effect("pay", {"amount": 7}, execute, occurrence=occurrence)
        return {"receipt": Receipt(paid=7)}

    async with desk({"anyone": chain(pay_anyone, name="anyone")}) as (runner, resources):
        for _ in range(2):
            await runner.queue("anyone", [Job({"amount": 7}, "one")], further=True)
            assert (await runner.resume("one"))["status"] == "done"
        desk_id = resources.database.id
    ends = [":pay_anyone@1/pay:0", ":pay_anyone@1/pay:second"]
    assert keys == [f"one:{run}:{desk_id}{end}" for run in (1, 2) for end in ends]


async def test_a_step_that_runs_again_gets_the_first_receipts_and_fires_nothing() -> None:
    attempts: list[list[dict[str, Any]]] = []

    async def pay_twice(state: Order) -> Paid:
        attempts.append([await pay_once(state["amount"], occurrence=f"round-{number}") for number in (1, 2)])
        if len(attempts) == 1:
            raise Transient("the line went dead")
        return {"receipt": Receipt(**attempts[-1][0])}

    async with desk({"tried": with_retries(pay_twice)}) as (runner, resources):
        await runner.queue("tried", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "done"
        keys = [f"one:1:pay_twice@1/pay:round-{number}" for number in (1, 2)]
        assert await ledger(resources) == [(key, "done") for key in keys]
    assert attempts == [[{"paid": 7}, {"paid": 7}]] * 2
    assert paid() == [(key, 7) for key in keys]


@pytest.mark.parametrize("occurrence", [None, "round-1"])
async def test_a_second_effect_of_one_name_in_a_step_is_refused_and_the_first_stands(occurrence: str | None) -> None:
    async def pay_twice(state: Order) -> Paid:
        first = await pay_once(state["amount"], occurrence=occurrence)
        await pay_once(state["amount"], occurrence=occurrence)
        return {"receipt": Receipt(**first)}

    async with desk({"twice": chain(pay_twice, name="twice")}) as (runner, resources):
        await runner.queue("twice", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        (letter,) = await letters(resources)
    assert letter["reason"] == "second_effect"
    assert "pay_twice asks for pay a second time" in letter["error"]
    assert paid() == [(f"one:1:pay_twice@1/pay:{occurrence or 0}", 7)]


async def test_other_arguments_for_the_same_effect_fire_nothing_and_both_are_kept() -> None:
    attempts: list[int] = []

    async def change_mind(state: Order) -> Paid:
        attempts.append(state["amount"] + len(attempts))
        await pay_once(attempts[-1])
        raise Transient("the line went dead")

    async with desk({"tried": with_retries(change_mind)}) as (runner, resources):
        await runner.queue("tried", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        (letter,) = await letters(resources)
    assert attempts == [7, 8]
    assert letter["reason"] == "effect_mismatch"
    assert '"amount": 7' in letter["error"]
    assert '"amount": 8' in letter["error"]
    assert paid() == [("one:1:change_mind@1/pay:0", 7)]


@pytest.mark.parametrize("deduplicates", [True, False])
@pytest.mark.parametrize("arrives", [True, False])
async def test_an_answer_that_is_lost_on_the_way_never_pays_twice(*, deduplicates: bool, arrives: bool) -> None:
    """With de-duplication the next attempt sends the same key; without it a person must look."""
    sent: list[str] = []

    async def pay_unsure(state: Order) -> Paid:
        async def execute(key: str) -> dict[str, Any]:
            sent.append(without_desk(key))
            if arrives or len(sent) > 1:
                receive(key, state["amount"], deduplicates=deduplicates)
            if len(sent) == 1:
                raise Transient("the line went dead")
            return {"paid": state["amount"]}

        receipt = await effect("pay", {"amount": state["amount"]}, execute, idempotent=deduplicates)
        return {"receipt": Receipt(**receipt)}

    async with desk({"tried": with_retries(pay_unsure)}) as (runner, resources):
        await runner.queue("tried", [Job({"amount": 7}, "one")])
        run = await runner.resume("one")
        found, parked = await ledger(resources), await letters(resources)
    key = "one:1:pay_unsure@1/pay:0"
    if deduplicates:
        assert (run["status"], sent, found) == ("done", [key] * 2, [(key, "done")])
        assert paid() == [(key, 7)]
    else:
        assert (run["status"], len(sent), found) == ("dead_lettered", 1, [(key, "in_doubt")])
        assert parked[0]["reason"] == "in_doubt"
        assert len(paid()) == arrives


@pytest.mark.parametrize("deduplicates", [True, False])
async def test_a_refusal_parks_the_run_and_is_recorded_as_one(*, deduplicates: bool) -> None:
    async def pay_refused(state: Order) -> Paid:
        async def execute(key: str) -> dict[str, Any]:
            raise Fatal("the account is closed")

        await effect("pay", {"amount": state["amount"]}, execute, idempotent=deduplicates)
        raise AssertionError("a refusal is raised")

    async with desk({"tried": with_retries(pay_refused)}) as (runner, resources):
        await runner.queue("tried", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        assert await ledger(resources) == [("one:1:pay_refused@1/pay:0", "refused")]
        (letter,) = await letters(resources)
    assert letter["error"] == "Fatal: the account is closed"
    assert letter["reason"] not in REASONS.values()


async def test_a_receipt_stands_against_whoever_comes_back_late() -> None:
    async def pay_while_another_does(state: Order) -> Paid:
        async def late(key: str) -> dict[str, Any]:
            await done_elsewhere(key, receive(key, state["amount"]))
            raise Fatal("too late: it was paid meanwhile")

        try:
            await effect("pay", {"amount": state["amount"]}, late)
        except Fatal:
            return {"receipt": Receipt(**await pay_once(state["amount"]))}
        raise AssertionError("a refusal is raised")

    async with desk({"late": chain(pay_while_another_does, name="late")}) as (runner, resources):
        await runner.queue("late", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["output"] == {"receipt": {"paid": 7}}
        assert await ledger(resources) == [("one:1:pay_while_another_does@1/pay:0", "done")]
    assert paid() == [("one:1:pay_while_another_does@1/pay:0", 7)]
    assert worked() == [], "the receipt was there; nothing had to be sent again"
