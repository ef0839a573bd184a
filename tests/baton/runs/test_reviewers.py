"""People answer: one question each, asked again after a slip, decided once, and by whom is kept."""

import asyncio
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from langgraph.graph import END, START
from langgraph.types import Command
from pydantic import BaseModel, TypeAdapter

from baton import Job, Record, Runner, request_approval
from baton.errors import AlreadyDecided, BadDecision, DeadLettered, NothingWaiting, Transient
from baton.runtime.resources import Resources
from tests.baton.shop import (
    APPROVE,
    REJECT,
    Order,
    Receiver,
    answer,
    approved,
    asked,
    builder,
    edit,
    line,
    on,
    rows,
    shop,
    waiting,
)

ANN = {"payee": "Ann"}


async def decisions(resources: Resources) -> list[tuple[str | None, str | None]]:
    """Who decided each question, and by which channel."""
    sql = "SELECT decided_by, channel FROM approvals WHERE decision IS NOT NULL ORDER BY decided_at"
    return [tuple(row) for row in await resources.database.do(lambda tx: tx.execute(sql).fetchall())]


@pytest.mark.parametrize("second", ["Ann", "Bob"])
async def test_two_questions_of_a_step_are_two_questions(second: str) -> None:
    async def approve(state: Order) -> Order:
        made = [await asked(state["payee"]), await asked(second)]
        return {"verdict": " ".join(each.type for each in made)}

    async with shop(line(approve)) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        assert await waiting(resources, "t") == ["pay Ann"]
        await graph.ainvoke(answer(APPROVE), on("t"))
        assert await waiting(resources, "t") == [f"pay {second}"]
        assert (await graph.ainvoke(answer(REJECT), on("t")))["verdict"] == "approve reject"
        assert len(await decisions(resources)) == 2


async def test_each_question_of_a_step_is_asked_again_after_a_slip_of_its_own() -> None:
    slip: dict[str, Any] = {"decisions": [{"type": "aprove"}]}

    async def approve(state: Order) -> Order:
        made = [await asked(state["payee"]), await asked("Bob"), await asked("Cy")]
        return {"verdict": " ".join(each.type for each in made)}

    async with shop(line(approve)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        run = await runner.resume("t")
        for reply in (APPROVE, REJECT, APPROVE):
            with pytest.raises(BadDecision, match="'aprove' is not a decision"):
                await runner.decide("t", slip)
            run = await runner.decide("t", reply)
        assert (run["status"], run["output"]["verdict"]) == ("done", "approve reject approve")


async def test_two_questions_at_once_in_a_step_are_refused_with_the_way_out() -> None:
    async def approve(state: Order) -> Order:
        await asyncio.gather(asked(state["payee"]), asked("Bob"))
        return {"verdict": "both"}

    async with shop(line(approve)) as (graph, resources):
        with pytest.raises(DeadLettered, match="asks two questions at once; await one, then the other") as refused:
            await graph.ainvoke(ANN, on("t"))
        assert refused.value.reason == "second_question"
        assert await waiting(resources, "t") == []


class Invoice(Record):
    payee: str
    amount: str


async def by_a_record(args: dict[str, Any]) -> dict[str, Any]:
    return Invoice(**args).model_dump()


async def by_a_type(args: dict[str, Any]) -> dict[str, Any]:
    return {**args, "amount": str(TypeAdapter(Decimal).validate_python(args["amount"]))}


async def by_hand(args: dict[str, Any]) -> dict[str, Any]:
    if Decimal(args["amount"]) > 100:
        raise ValueError("at most 100\nin all")
    assert set(args) == {"payee", "amount"}, "payee and amount"
    return {**args, "limit": {Decimal("1.5")}}


SLIPS: list[dict[str, Any]] = [
    {"amount": 12.50},
    {"amount": None},
    {"amount": [1]},
    {"payee": {"name": "Ann"}},
    {"amount": "1e999999999"},
    {"betrag": "12.50", "amount": {}},
]


@pytest.mark.parametrize("check", [by_a_record, by_a_type, by_hand])
async def test_whatever_a_check_raises_is_told_and_the_question_stands(check: Any) -> None:
    async def approve(state: Order) -> Order:
        args = {"payee": state["payee"], "amount": Decimal("12.50")}
        made = await request_approval("pay", args, description="pay", check=check)
        return {"verdict": f"{made.type} {made.args['amount']}"}

    async with shop(line(approve)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        [question] = (await runner.resume("t"))["waiting_for"]
        assert question["action_requests"][0]["args"] == {"payee": "Ann", "amount": "12.50"}
        refused = 0
        for slip in SLIPS:
            with suppress(BadDecision):
                run = await runner.decide("t", edit(slip))
                assert run["status"] == "done", "this check takes it"
                return
            refused += 1
            assert (await runner.summary("t"))["status"] == "waiting"
        run = await runner.decide("t", edit({"amount": "11.00"}))
        assert (run["status"], run["output"]["verdict"]) == ("done", "edit 11.00")
        assert refused == len(SLIPS)


WRONG = "0" * 32
CHEAPER: Any = {"payee": "Bob"}
MISPLACED: list[dict[str, Any]] = [
    {"type": "approve", "args": CHEAPER},
    {"type": "approve", "edited_action": {"name": "pay", "args": CHEAPER}},
]


@pytest.mark.parametrize("reply", MISPLACED)
async def test_an_approve_with_arguments_is_no_approve_of_others(reply: dict[str, Any]) -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        await runner.resume("t")
        with pytest.raises(BadDecision, match="an approve takes no"):
            await runner.decide("t", {"decisions": [reply]})
        asked_again = (await graph.ainvoke(answer({"decisions": [reply]}), on("t")))["__interrupt__"][0].value
        assert asked_again["error"].endswith("say edit")
        assert receiver.payees == []
        assert (await runner.decide("t", APPROVE))["status"] == "done"


def two_at_once() -> Any:
    """Two steps side by side, each with a question."""

    async def left(_state: Order) -> Order:
        return {"verdict": (await asked("Ann")).type}

    async def right(_state: Order) -> Order:
        return {"note": (await asked("Bob")).type}

    made = builder().add_node(left).add_node(right).add_edge(START, "left").add_edge(START, "right")
    return made.add_edge("left", END).add_edge("right", END)


async def test_an_answer_by_an_id_that_does_not_wait_is_told_and_answers_nothing() -> None:
    async with shop(two_at_once()) as (graph, resources):
        first, second = (each.id for each in (await graph.ainvoke(ANN, on("t")))["__interrupt__"])
        for wrong in ({WRONG: APPROVE}, {first: APPROVE, WRONG: APPROVE}):
            with pytest.raises(NothingWaiting, match=f"t does not wait for {WRONG}; it waits for ") as refused:
                await graph.ainvoke(Command(resume=wrong), on("t"))
            assert first in str(refused.value)
            assert second in str(refused.value)
        assert (await waiting(resources, "t"), await rows(resources, "t")) == (["pay Ann", "pay Bob"], [(1, "waiting")])
        await graph.ainvoke(Command(resume={first: APPROVE}), on("t"))
        late = await graph.ainvoke(Command(resume={first: REJECT}), on("t"))
        assert [each.id for each in late["__interrupt__"]] == [second]
        ended = await graph.ainvoke(Command(resume={second: REJECT}), on("t"))
        assert (ended["verdict"], ended["note"]) == ("approve", "reject")


async def test_an_answer_that_comes_twice_by_its_id_does_not_answer_the_next_question_of_its_step() -> None:
    async def approve(state: Order) -> Order:
        made = [await asked(state["payee"]), await asked("Bob")]
        return {"verdict": " ".join(each.type for each in made)}

    async with shop(line(approve)) as (graph, resources):
        [first] = (await graph.ainvoke(ANN, on("t")))["__interrupt__"]
        [second] = (await graph.ainvoke(Command(resume={first.id: APPROVE}), on("t")))["__interrupt__"]
        late = await graph.ainvoke(Command(resume={first.id: APPROVE}), on("t"))
        assert late["__interrupt__"] == [second]
        assert await waiting(resources, "t") == ["pay Bob"]
        assert (await graph.ainvoke(Command(resume={second.id: REJECT}), on("t")))["verdict"] == "approve reject"


async def test_a_check_that_cannot_be_made_now_is_tried_again_and_is_not_the_reviewers_fault() -> None:
    async def away(_args: dict[str, Any]) -> dict[str, Any]:
        raise Transient("the bank is away")

    async with shop(approved(Receiver(), check=away)) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        with pytest.raises(DeadLettered, match="the bank is away"):
            await graph.ainvoke(answer(edit({"payee": "Bob"})), on("t"))
        assert await rows(resources, "t") == [(1, "dead_lettered")]


async def test_an_answer_of_another_run_never_counts() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        digests = []
        for number in (1, 2):
            await runner.queue("shop", [Job(ANN, "t")], further=number > 1)
            [question] = (await runner.resume("t"))["waiting_for"]
            digests.append(question["digest"])
            if number == 2:
                with pytest.raises(BadDecision, match="is not this action's"):
                    await runner.decide("t", {**APPROVE, "digest": digests[0]})
            await runner.decide("t", APPROVE)
        assert digests[0] != digests[1]
        assert receiver.payees == ["Ann", "Ann"]


async def test_an_answer_of_another_round_never_counts() -> None:
    async def approve(state: Order) -> Order:
        made = await asked(state["payee"])
        return {"at": state.get("at", 0) + 1, "verdict": f"{state.get('verdict', '')} {made.type}"}

    made = builder().add_node(approve).add_edge(START, "approve")
    made.add_conditional_edges("approve", lambda state: "approve" if state["at"] < 2 else END, ["approve", END])
    async with shop(made) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        await graph.ainvoke(answer(APPROVE), on("t"))
        assert await waiting(resources, "t") == ["pay Ann"], "it is asked again, with the same words"
        assert (await graph.ainvoke(answer(REJECT), on("t")))["verdict"] == " approve reject"


async def test_a_decider_whose_answer_came_too_late_is_told() -> None:
    """Stopped after it had claimed the run, past its lease, while another decided."""
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        first, second = (Runner(resources, {"shop": graph}.__getitem__) for _ in range(2))
        await first.queue("shop", [Job(ANN, "t")])
        await first.resume("t")
        stopped, go_on = asyncio.Event(), asyncio.Event()
        executor = first._executor  # noqa: SLF001 - the moment between the claim and the graph
        invoke = executor._invoke  # noqa: SLF001

        async def stop(*args: Any) -> Any:
            stopped.set()
            await go_on.wait()
            return await invoke(*args)

        setattr(executor, "_invoke", stop)  # noqa: B010 - a type checker holds a method for fixed
        late = asyncio.ensure_future(first.decide("t", APPROVE))
        await stopped.wait()
        await resources.database.do(lambda tx: tx.execute("UPDATE runs SET lease_until = 0").rowcount)
        await resources.database.do(lambda tx: tx.execute("UPDATE runs SET status = 'waiting'").rowcount)
        assert (await second.decide("t", REJECT))["status"] == "done"
        go_on.set()
        with pytest.raises(AlreadyDecided, match="it stands as reject"):
            await late
        assert receiver.payees == ["Ann"], "the graph of this test pays whatever was decided"


@pytest.mark.parametrize("by", ["Kim", None])
async def test_who_decided_and_how_is_kept(by: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    from baton.runtime.active import person  # noqa: PLC0415

    person.cache_clear()
    monkeypatch.setenv("BATON_USER", "Robin")
    async with shop(approved(Receiver())) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "a")])
        await runner.resume("a")
        await runner.decide("a", APPROVE, by=by, channel="command line")
        await graph.ainvoke(ANN, on("b"))
        await graph.ainvoke(answer(APPROVE), on("b"))
        server = on("c", assistant_id="x", langgraph_auth_user_id="alex")
        await graph.ainvoke(ANN, server)
        await graph.ainvoke(answer(APPROVE), server)
        assert await decisions(resources) == [(by or "Robin", "command line"), ("Robin", "library"), ("alex", "server")]
    person.cache_clear()


class Limit(BaseModel):
    amount: Decimal


async def test_arguments_of_a_decision_are_plain_the_first_time_and_after_a_crash() -> None:
    seen: list[Any] = []
    failing = iter([True, False])

    async def approve(_state: Order) -> Order:
        made = await request_approval(
            "pay", Limit(amount=Decimal("5.00")).model_dump(), description="pay", check=by_a_type
        )
        seen.append(made.args)
        if next(failing):
            raise ValueError("once")
        return {"verdict": made.type}

    async with shop(line(approve)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        await runner.resume("t")
        run = await runner.decide("t", APPROVE)
        assert (await runner.replay(run["dead_letters"][0]))["status"] == "done"
        assert seen == [{"amount": "5.00"}] * 2
