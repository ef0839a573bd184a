"""A receipt: kept whatever its form, believed for what was asked alone; an effect in doubt is a person's to settle."""

import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from langgraph.errors import NodeError

from baton import Job, Record, Runner, dead_letter, effect
from baton.errors import DeadLettered, Transient, UsageError
from baton.runtime.resources import Resources
from baton.steps.effects import MOST_RECEIPT
from tests.baton.shop import Order, Receiver, line, on, shop

ANN = {"payee": "Ann"}


class Slip(Record):
    amount: Decimal
    day: date


class Odd:
    def __repr__(self) -> str:
        return "<odd>"


def circle() -> Any:
    made: list[Any] = []
    made.append(made)
    return made


def deep(levels: int) -> Any:
    made: Any = 1
    for _ in range(levels):
        made = [made]
    return made


FORMS: dict[str, tuple[Any, Any]] = {
    "decimal": ({"amount": Decimal("5.00")}, {"amount": "5.00"}),
    "date": ({"day": date(2026, 1, 2)}, {"day": "2026-01-02"}),
    "record": (Slip(amount=Decimal("5.00"), day=date(2026, 1, 2)), {"amount": "5.00", "day": "2026-01-02"}),
    "text": ("R-7", "R-7"),
    "nothing": (None, None),
    "number": (7, 7),
    "set": ({"ids": {1}}, {"ids": [1]}),
    "bytes": ({"raw": b"\xff\x00"}, {"raw": "_wA="}),
    "not finite": ({"rate": float("nan")}, {"rate": "NaN"}),
    "an object": ({"it": Odd()}, {"it": "<odd>"}),
    "keys of any kind": ({1: "a", (2, 3): "b"}, {"1": "a", "2,3": "b"}),
    "a circle": (circle(), {"repr": "[[...]]"}),
    "deeper than is read": (deep(220), {"repr": repr(deep(220))}),
}


def pays(receipt: Any, requests: list[str], **options: Any) -> Any:
    """A step whose receiver returns what it is told to, and which keeps the text of what it gets."""

    async def pay(state: Order) -> Order:
        async def send(key: str) -> Any:
            requests.append(key)
            if isinstance(receipt, Exception):
                raise receipt
            return receipt(key) if callable(receipt) else receipt

        return {"note": json.dumps(await effect("pay", {"payee": state["payee"]}, send, **options))}

    return pay


@pytest.mark.parametrize("form", FORMS)
async def test_a_receipt_of_any_form_is_kept_and_given_again(form: str) -> None:
    returned, plain = FORMS[form]
    requests: list[str] = []
    failing = iter([True, False])

    async def thank(state: Order) -> Order:
        if next(failing):
            raise ValueError("after the payment")
        return {"verdict": state["note"]}

    async with shop(line(pays(returned, requests), thank)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        [letter] = (await runner.resume("t"))["dead_letters"]
        ended = await runner.replay(letter)
        assert json.loads(ended["output"]["verdict"]) == plain
        assert len(requests) == 1


async def test_a_receipt_that_the_step_chokes_on_is_the_same_after_a_replay_and_nothing_is_sent_again() -> None:
    requests: list[str] = []

    async def pay(state: Order) -> Order:
        async def send(key: str) -> Any:
            requests.append(key)
            return {"amount": Decimal("5.00")}

        receipt = await effect("pay", {"payee": state["payee"]}, send)
        return {"at": receipt}  # an object, where a number is declared

    async with shop(line(pay)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        run = await runner.resume("t")
        for _ in range(3):
            assert run["status"] == "dead_lettered"
            run = await runner.replay(run["dead_letters"][0])
        assert len(requests) == 1


@pytest.mark.parametrize("args", [{"amount": Decimal("5.00")}, {"day": date(2026, 1, 2)}, {"ids": {1}}])
async def test_arguments_of_any_form_are_compared_as_json(args: dict[str, Any]) -> None:
    receiver = Receiver()

    async def pay(_state: Order) -> Order:
        return {"receipts": [(await effect("pay", args, receiver.payment("Ann")))["number"]]}

    async with shop(line(pay)) as (graph, _):
        assert (await graph.ainvoke(ANN, on("t")))["receipts"] == [1]


@pytest.mark.parametrize("bad", [circle(), Odd(), float("inf")])
async def test_arguments_that_are_no_json_fire_nothing(bad: Any) -> None:
    receiver = Receiver()

    async def pay(_state: Order) -> Order:
        await effect("pay", {"bad": bad}, receiver.payment("Ann"))
        return {"verdict": "paid"}

    async with shop(line(pay)) as (graph, _):
        with pytest.raises(DeadLettered, match="the arguments of pay are no JSON"):
            await graph.ainvoke(ANN, on("t"))
        assert receiver.requests == []


async def test_a_receiver_that_is_no_coroutine_gives_its_receipt_too() -> None:
    requests: list[str] = []

    async def pay(_state: Order) -> Order:
        def send(key: str) -> dict[str, Any]:
            requests.append(key)
            return {"number": 7}

        return {"receipts": [(await effect("pay", {}, send))["number"]]}

    async with shop(line(pay)) as (graph, _):
        assert (await graph.ainvoke(ANN, on("t")))["receipts"] == [7]
        assert len(requests) == 1


ELSEWHERE = {
    "another action": {"action": "close_account"},
    "other arguments": {"action": "pay", "args": {"payee": "Bob"}},
    "another key": {"key": "t:1:elsewhere:pay@1/pay:0"},
    "another idempotency key": {"idempotency_key": "x"},
    "older, by its text": {"at": "2020-01-01T00:00:00Z"},
    "older, in seconds": {"created_at": time.time() - 3600},
}


@pytest.mark.parametrize("what", ELSEWHERE)
async def test_a_receipt_for_something_else_is_not_taken_for_this(what: str) -> None:
    requests: list[str] = []
    async with shop(line(pays(ELSEWHERE[what], requests))) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        run = await runner.resume("t")
        assert "the receipt is not for what was asked" in str(run["error"])
        run = await runner.replay(run["dead_letters"][0])
        assert (run["status"], len(requests)) == ("dead_lettered", 1), "it is never fired again by itself"
        assert await kept(resources) == [("in_doubt", ELSEWHERE[what])]


async def kept(resources: Resources) -> list[tuple[str, Any]]:
    """Status and receipt of every effect."""
    rows = await resources.database.do(lambda tx: tx.execute("SELECT status, receipt FROM effects").fetchall())
    return [(row["status"], row["receipt"] and json.loads(row["receipt"])) for row in rows]


async def test_a_receipt_that_repeats_what_was_asked_is_taken() -> None:
    def receipt(key: str) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat()
        return {"action": "pay", "args": {"payee": "Ann", "fee": 0}, "idempotency_key": key, "at": now, "number": 1}

    async with shop(line(pays(receipt, []))) as (graph, _):
        assert json.loads((await graph.ainvoke(ANN, on("t")))["note"])["number"] == 1


@pytest.mark.parametrize("done", [True, False])
async def test_an_effect_in_doubt_is_settled_by_a_person(*, done: bool) -> None:
    requests: list[str] = []
    answers = iter([Transient("no answer"), None])

    def receipt(_key: str) -> dict[str, Any]:
        if fault := next(answers):
            raise fault
        return {"number": 1}

    async with shop(line(pays(receipt, requests, idempotent=False))) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        run = await runner.resume("t")
        assert "baton dead-letters settle ID --done JSON, or --not-done" in str(run["error"])
        run = await runner.replay(run["dead_letters"][0])
        assert (run["status"], len(requests)) == ("dead_lettered", 1), "a replay alone settles nothing"
        run = await runner.settle(run["dead_letters"][0], done=done, receipt={"number": 9} if done else None, by="Kim")
        assert (run["status"], json.loads(run["output"]["note"])) == ("done", {"number": 9 if done else 1})
        assert len(requests) == (1 if done else 2)
        who = await resources.database.do(lambda tx: tx.execute("SELECT settled_by FROM effects").fetchall())
        assert [row[0] for row in who] == ["Kim"]


async def test_what_is_not_in_doubt_cannot_be_settled() -> None:
    async def fail(_state: Order) -> Order:
        raise ValueError("no")

    async with shop(line(fail)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        run = await runner.resume("t")
        with pytest.raises(UsageError, match="keeps no effect in doubt; nothing was changed"):
            await runner.settle(run["dead_letters"][0], done=False)
        with pytest.raises(UsageError, match="no dead letter"):
            await runner.settle("dl-000000000000", done=False)
        assert (await runner.summary("t"))["dead_letters"] == run["dead_letters"]


async def test_a_letter_that_was_settled_is_not_settled_again() -> None:
    requests: list[str] = []
    async with shop(line(pays(Transient("no answer"), requests, idempotent=False))) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        [letter] = (await runner.resume("t"))["dead_letters"]
        assert (await runner.settle(letter, done=True, receipt={"number": 1}))["status"] == "done"
        with pytest.raises(UsageError):
            await runner.settle(letter, done=False)
        assert (await kept(resources), len(requests)) == ([("done", {"number": 1})], 1)


async def test_a_receipt_of_ten_megabytes_is_kept_and_told_in_one_line() -> None:
    requests: list[str] = []
    large = {"page": "x" * 10_000_000}
    async with shop(line(pays(large, requests))) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        run = await runner.resume("t")
        assert "happened and will not be fired again; its receipt of 10,000,0" in str(run["error"])
        assert "\n" not in str(run["error"])
        assert await kept(resources) == [("done", large)]
        run = await runner.replay(run["dead_letters"][0])
        run = await runner.settle(run["dead_letters"][0], done=True, receipt={"number": 1})
        assert (run["status"], len(requests)) == ("done", 1)
        assert len(json.dumps(large)) > MOST_RECEIPT


async def test_two_desks_at_one_receiver_share_no_key(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    for home in ("one", "two"):
        monkeypatch.setenv("BATON_HOME", str(tmp_path / home))
        async with shop(line(pays(receiver.payment("Ann"), []))) as (_, resources):
            runner = Runner(resources, {"shop": line(paying_by(receiver)).compile(name="shop")}.__getitem__)
            await runner.queue("shop", [Job(ANN, "ticket-7")])
            assert (await runner.resume("ticket-7"))["status"] == "done"
    assert receiver.payees == ["Ann", "Ann"]


def paying_by(receiver: Receiver) -> Any:
    async def pay(state: Order) -> Order:
        receipt = await effect("pay", {"payee": state["payee"]}, receiver.payment(state["payee"]))
        return {"receipts": [receipt["number"]]}

    return pay


@pytest.mark.parametrize("kind", ["in doubt", "too large"])
async def test_an_effect_is_settled_also_where_the_process_ended_before_its_letter_was_written(kind: str) -> None:
    receipt: Any = Transient("no answer") if kind == "in doubt" else "x" * (MOST_RECEIPT + 1)
    cut_off = iter([True, False])

    async def handler(state: Any, error: NodeError) -> Any:
        if next(cut_off):
            raise OSError("here it ends, and the framework hands the step's error on as text")
        return await dead_letter(state, error)

    made = line(pays(receipt, [], idempotent=False)).set_node_defaults(error_handler=handler)
    async with shop(made) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        assert (await runner.resume("t"))["status"] == "failed"
        [letter] = (await runner.resume("t"))["dead_letters"]
        ended = await runner.settle(letter, done=True, receipt={"number": 1})
        assert (ended["status"], ended["output"]["note"]) == ("done", '{"number": 1}')
