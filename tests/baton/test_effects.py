"""Effects: once in the receiver's own log, whatever happens around them."""

from typing import Any

import pytest
from langgraph.types import RetryPolicy

from baton import Job, effect
from baton.dead_letters import REASONS
from baton.errors import Fatal, Transient
from baton.graph_shapes import Graph
from baton.plumbing import Plumbing
from baton.policies import transient
from tests.baton.payments import Order, Paid, Receipt, chain, desk, paid, pay_once, receive, worked

AT_ONCE = RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=3, retry_on=transient)


async def ledger(plumbing: Plumbing) -> list[tuple[str, str]]:
    sql = "SELECT key, status FROM effects ORDER BY created_at"
    rows: list[Any] = await plumbing.database.do(lambda tx: tx.execute(sql).fetchall())
    return [(row["key"], row["status"]) for row in rows]


async def letters(plumbing: Plumbing) -> list[dict[str, Any]]:
    rows = await plumbing.database.do(lambda tx: tx.execute("SELECT * FROM dead_letters").fetchall())
    return [dict(row) for row in rows]


def with_retries(node: Any) -> Graph:
    made: Any = chain(node, name="tried").builder
    made.nodes[node.__name__].retry_policy = [AT_ONCE]
    graph: Graph = made.compile(name="tried")
    return graph


async def test_the_key_is_thread_step_and_occurrence_and_a_second_call_gives_the_first_receipt() -> None:
    async def pay_twice(state: Order) -> Paid:
        first = await pay_once(state["amount"], occurrence="round-1")
        assert await pay_once(state["amount"], occurrence="round-1") == first
        await pay_once(state["amount"], occurrence="round-2")
        return {"receipt": Receipt(**first)}

    async with desk({"twice": chain(pay_twice, name="twice")}) as (runner, plumbing):
        await runner.queue("twice", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "done"
        assert await ledger(plumbing) == [("one:pay_twice:round-1", "done"), ("one:pay_twice:round-2", "done")]
    assert paid() == [("one:pay_twice:round-1", 7), ("one:pay_twice:round-2", 7)]


async def test_other_arguments_for_the_same_effect_fire_nothing_and_both_are_kept() -> None:
    async def change_mind(state: Order) -> Paid:
        await pay_once(state["amount"])
        return {"receipt": Receipt(**await pay_once(8))}

    async with desk({"mind": chain(change_mind, name="mind")}) as (runner, plumbing):
        await runner.queue("mind", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        (letter,) = await letters(plumbing)
    assert letter["reason"] == "effect_mismatch"
    assert '"amount": 7' in letter["error"]
    assert '"amount": 8' in letter["error"]
    assert paid() == [("one:change_mind:0", 7)]


@pytest.mark.parametrize("deduplicates", [True, False])
@pytest.mark.parametrize("arrives", [True, False])
async def test_an_answer_that_is_lost_on_the_way_never_pays_twice(*, deduplicates: bool, arrives: bool) -> None:
    """With de-duplication the next attempt sends the same key; without it a person must look."""
    sent: list[str] = []

    async def pay_unsure(state: Order) -> Paid:
        async def execute(key: str) -> dict[str, Any]:
            sent.append(key)
            if arrives or len(sent) > 1:
                receive(key, state["amount"], deduplicates=deduplicates)
            if len(sent) == 1:
                raise Transient("the line went dead")
            return {"paid": state["amount"]}

        receipt = await effect("pay", {"amount": state["amount"]}, execute, idempotent=deduplicates)
        return {"receipt": Receipt(**receipt)}

    async with desk({"tried": with_retries(pay_unsure)}) as (runner, plumbing):
        await runner.queue("tried", [Job({"amount": 7}, "one")])
        run = await runner.resume("one")
        found, parked = await ledger(plumbing), await letters(plumbing)
    if deduplicates:
        assert (run["status"], sent, found) == ("done", ["one:pay_unsure:0"] * 2, [("one:pay_unsure:0", "done")])
        assert paid() == [("one:pay_unsure:0", 7)]
    else:
        assert (run["status"], len(sent), found) == ("dead_lettered", 1, [("one:pay_unsure:0", "in_doubt")])
        assert parked[0]["reason"] == "in_doubt"
        assert len(paid()) == arrives


@pytest.mark.parametrize("deduplicates", [True, False])
async def test_a_refusal_parks_the_run_and_is_recorded_as_one(*, deduplicates: bool) -> None:
    async def pay_refused(state: Order) -> Paid:
        async def execute(key: str) -> dict[str, Any]:
            raise Fatal("the account is closed")

        await effect("pay", {"amount": state["amount"]}, execute, idempotent=deduplicates)
        raise AssertionError("a refusal is raised")

    async with desk({"tried": with_retries(pay_refused)}) as (runner, plumbing):
        await runner.queue("tried", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        assert await ledger(plumbing) == [("one:pay_refused:0", "refused")]
        (letter,) = await letters(plumbing)
    assert letter["error"] == "Fatal: the account is closed"
    assert letter["reason"] not in REASONS.values()


async def test_a_receipt_stands_against_whoever_comes_back_late() -> None:
    async def pay_while_another_does(state: Order) -> Paid:
        async def late(key: str) -> dict[str, Any]:
            await pay_once(state["amount"])
            raise Fatal("too late: it was paid meanwhile")

        try:
            await effect("pay", {"amount": state["amount"]}, late)
        except Fatal:
            return {"receipt": Receipt(**await pay_once(state["amount"]))}
        raise AssertionError("a refusal is raised")

    async with desk({"late": chain(pay_while_another_does, name="late")}) as (runner, plumbing):
        await runner.queue("late", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["output"] == {"receipt": {"paid": 7}}
        assert await ledger(plumbing) == [("one:pay_while_another_does:0", "done")]
    assert paid() == [("one:pay_while_another_does:0", 7)]
    assert worked() == ["sending", "sent"], "the receipt was there; nothing had to be sent again"
