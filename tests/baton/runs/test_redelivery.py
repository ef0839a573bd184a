"""Killed on the way: a run that the server sends again, a call that is repeated, a ticket sent twice pay once."""

import asyncio
import signal
from typing import Annotated, Any

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import Command, RetryPolicy, Send
from typing_extensions import TypedDict

from baton import Job, open_resources
from baton.errors import DeadLettered, Held, NotEnded, ThreadInUse
from baton.runtime.resources import Resources
from baton.storage import summaries
from tests.baton.payments import GRAPHS, desk, paid, place, queued, wait_for, worked
from tests.baton.processes import process, work
from tests.baton.shop import APPROVE, Order, Receiver, answer, approved, line, on, paying, rows, shop

AMOUNT = {"amount": 7}
PAID = [("t:1:book@1/pay:0", 1), ("t:1:pay@1/pay:0", 7)]
CUT = "DELETE FROM checkpoints WHERE seq > ?"
POINTS = ["book", "sending", "sent", "thank"]


def call(config: Any, *, keeps: bool = True) -> None:
    """In another process: one call with an input."""

    async def calling() -> None:
        async with open_resources() as resources:
            graph = GRAPHS["payment"].copy({"checkpointer": resources.checkpointer if keeps else None})
            await graph.ainvoke(AMOUNT, config)

    asyncio.run(calling())


async def killed(point: str, config: dict[str, Any], *, keeps: bool = True) -> None:
    """The call, killed at a point of it."""
    (place() / f"{point}.kill").touch()
    with process(call, config) if keeps else process(call_bare, config) as calling:
        await asyncio.to_thread(calling.join, 20)
        assert calling.exitcode == -signal.SIGKILL


def call_bare(config: dict[str, Any]) -> None:
    call(config, keeps=False)


@pytest.mark.parametrize("point", POINTS)
async def test_a_run_that_the_server_sends_again_is_gone_on_with(point: str) -> None:
    config: Any = {**on("t"), "metadata": {"run_id": "r1"}}
    await killed(point, config)
    async with open_resources() as resources:
        graph = GRAPHS["payment"].copy({"checkpointer": resources.checkpointer})
        ended = await graph.ainvoke(AMOUNT, config)
        assert ended["receipt"]["paid"] == 7
        assert await rows(resources, "t") == [(1, "done")]
    assert paid() == PAID


async def test_a_request_that_another_process_is_at_work_on_is_refused_until_it_has_ended() -> None:
    config: Any = {**on("t"), "metadata": {"run_id": "r1"}}
    (place() / "pay.wait").touch()
    with process(call, config) as calling:
        await asyncio.to_thread(wait_for, place() / "pay.wait-taken")
        async with open_resources() as resources:
            graph = GRAPHS["payment"].copy({"checkpointer": resources.checkpointer})
            with pytest.raises(Held, match="t is being worked"):
                await graph.ainvoke(AMOUNT, config)
            (place() / "pay.go").touch()
            await asyncio.to_thread(calling.join, 20)
            assert (await graph.ainvoke(AMOUNT, config))["receipt"]["paid"] == 7
    assert (paid(), worked().count("pay")) == (PAID, 1)


async def test_a_run_that_another_process_is_at_work_on_is_gone_on_with_once_that_is_killed_and_not_before() -> None:
    (place() / "pay.wait").touch()
    with process(call, on("t")) as calling:
        await asyncio.to_thread(wait_for, place() / "pay.wait-taken")
        async with open_resources() as resources:
            graph = GRAPHS["payment"].copy({"checkpointer": resources.checkpointer})
            with pytest.raises(Held, match="t is being worked"):
                await graph.ainvoke(None, on("t"))
            calling.kill()
            await asyncio.to_thread(calling.join, 20)
            (place() / "pay.go").touch()
            assert (await graph.ainvoke(None, on("t")))["receipt"]["paid"] == 7
            assert await rows(resources, "t") == [(1, "done")]
    assert paid() == PAID


@pytest.mark.parametrize("point", POINTS)
async def test_a_call_that_is_repeated_after_a_kill_is_told_how_to_go_on(point: str) -> None:
    await killed(point, on("t"))
    async with open_resources() as resources:
        graph = GRAPHS["payment"].copy({"checkpointer": resources.checkpointer})
        with pytest.raises(NotEnded, match=r"ainvoke\(None, config\)"):
            await graph.ainvoke(AMOUNT, on("t"))
        await graph.ainvoke(None, on("t"))
        assert await rows(resources, "t") == [(1, "done")]
    assert paid() == PAID


@pytest.mark.parametrize("point", POINTS)
async def test_a_call_without_a_checkpointer_is_the_same_run_when_it_is_repeated_after_a_kill(point: str) -> None:
    await killed(point, on("t"), keeps=False)
    async with open_resources() as resources:
        await GRAPHS["payment"].ainvoke(AMOUNT, on("t"))
        assert await rows(resources, "t") == [(1, "done")]
    assert paid() == PAID


async def test_a_second_run_that_is_killed_goes_on_as_the_second_run() -> None:
    with process(call, on("t")) as calling:
        await asyncio.to_thread(calling.join, 20)
        assert calling.exitcode == 0
    await killed("thank", on("t"))
    async with open_resources() as resources:
        graph = GRAPHS["payment"].copy({"checkpointer": resources.checkpointer})
        await graph.ainvoke(None, on("t"))
        assert await rows(resources, "t") == [(1, "done"), (2, "done")]
    assert paid() == [*PAID, ("t:2:book@1/pay:0", 1), ("t:2:pay@1/pay:0", 7)]


async def cut_back(resources: Resources, top: int) -> None:
    """Take away what was checkpointed after that one."""
    await resources.database.do(lambda tx: tx.execute(CUT, (top,)).rowcount)


async def test_an_input_that_was_taken_and_never_stored_is_not_lost() -> None:
    """Killed between the run's row and its first checkpoint."""
    async with open_resources() as resources:
        graph = GRAPHS["payment"].copy({"checkpointer": resources.checkpointer})
        for number in (1, 2):
            top = await resources.database.do(
                lambda tx: tx.execute("SELECT max(seq) FROM checkpoints").fetchone()[0] or 0
            )
            await graph.ainvoke(AMOUNT, on("t"))
            await cut_back(resources, top)
            await resources.database.do(lambda tx: tx.execute("UPDATE runs SET status = 'running'").rowcount)
            await graph.ainvoke(None, on("t"))
            await resources.database.do(lambda tx: tx.execute("UPDATE runs SET status = 'done'").rowcount)
            assert [run for run, _ in await rows(resources, "t")] == [*range(1, number + 1)]
    assert len(paid()) == 4, "two payments a run, each once"


async def streamed(graph: Any) -> None:
    assert [each async for each in graph.astream(None, on("t"), stream_mode="updates")]


async def invoked(graph: Any) -> None:
    await graph.ainvoke(None, on("t"))


@pytest.mark.parametrize("end", [invoked, streamed])
async def test_a_queued_run_that_was_killed_and_that_a_bare_call_ends_keeps_its_output(
    end: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.2")
    await queued("t", "other")
    (place() / "thank.kill").touch()
    with process(work, ["t"]) as working:
        await asyncio.to_thread(working.join, 20)
        assert working.exitcode == -signal.SIGKILL
    await asyncio.sleep(0.3)  # until its lease has run out
    async with desk() as (runner, resources):
        await end(GRAPHS["payment"].copy({"checkpointer": resources.checkpointer}))
        told, other = await runner.summary("t"), await runner.resume("other")
        assert (told["status"], told["output"]) == ("done", {"receipt": {"paid": 7}})
        assert other["output"] == told["output"]  # as whoever resumes a run keeps it


async def test_a_ticket_that_is_sent_twice_is_one_run() -> None:
    async with desk() as (runner, _):
        await runner.queue("payment", [Job(AMOUNT, "ticket-7")])
        with pytest.raises(ThreadInUse, match="ticket-7"):
            await runner.queue("payment", [Job(AMOUNT, "ticket-7")])
        await runner.resume("ticket-7")
        with pytest.raises(ThreadInUse):
            await runner.queue("payment", [Job(AMOUNT, "ticket-7")])
    assert len(paid()) == 2


async def test_a_graph_of_ours_inside_one_that_is_not_asks_and_goes_on() -> None:
    class Around(TypedDict, total=False):
        payees: list[str]
        payee: Annotated[str, lambda _, now: now]

    receiver = Receiver()
    async with shop(approved(receiver)) as (_, resources):
        around: Any = StateGraph(Around).add_node("inner", approved(receiver).compile(name="inner"))
        around.add_conditional_edges(START, lambda state: [Send("inner", {"payee": each}) for each in state["payees"]])
        graph: Any = around.compile(checkpointer=resources.checkpointer)
        for _ in range(2):
            asked = (await graph.ainvoke({"payees": ["Ann", "Ann"]}, on("t")))["__interrupt__"]
            listed = await resources.database.do(summaries.list_runs)
            assert [each["status"] for each in listed[:2]] == ["waiting", "waiting"]
            await graph.ainvoke(Command(resume={each.id: APPROVE for each in asked}), on("t"))
        assert receiver.payees == ["Ann"] * 4
        assert {each["status"] for each in await resources.database.do(summaries.list_runs)} == {"done"}


async def test_a_thread_whose_checkpoints_are_deleted_lists_no_question_and_can_begin_again() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        await graph.ainvoke({"payee": "Ann"}, on("t"))
        await resources.checkpointer.adelete_thread("t")
        assert await rows(resources, "t") == [(1, "failed")]
        await graph.ainvoke(None, on("t"))
        await graph.ainvoke(Command(resume=APPROVE), on("t"))
        assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


class Payees(TypedDict, total=False):
    payees: list[str]


@pytest.mark.parametrize("saves", [True, False])
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_node_of_langgraphs_that_is_tried_again_pays_no_second_time(*, saves: bool, at_once: bool) -> None:
    receiver = Receiver()
    inner = line(paying(receiver)).compile(name="inner")
    fails = iter([True, False])

    async def call(state: Payees) -> Payees:
        calls = [{"payee": each} for each in state["payees"]]
        paid = await asyncio.gather(*map(inner.ainvoke, calls)) if at_once else [await inner.ainvoke(e) for e in calls]
        if next(fails):
            raise ConnectionError("after the payments")
        return {"payees": [f"{each['payee']} {each['receipts']}" for each in paid]}

    async with open_resources() as resources:
        policy = RetryPolicy(initial_interval=0.001, jitter=False)
        around: Any = StateGraph(Payees).add_node("call", call, retry_policy=policy).add_edge(START, "call")
        graph = around.compile(checkpointer=resources.checkpointer if saves else None)
        ended = await graph.ainvoke({"payees": ["Ann", "Bob", "Ann"]}, on("t"))
        assert ended["payees"] == ["Ann [1]", "Bob [2]", "Ann [3]"]
        assert receiver.payees == ["Ann", "Bob", "Ann"]
        assert {each["status"] for each in await resources.database.do(summaries.list_runs)} == {"done"}


async def test_a_node_of_langgraphs_whose_calls_ask_one_after_the_other_goes_on_with_each() -> None:
    receiver = Receiver()
    inner = approved(receiver).compile(name="inner")

    async def call(state: Payees) -> Payees:
        for each in state["payees"]:
            await inner.ainvoke({"payee": each})
        return {}

    async with open_resources() as resources:
        around: Any = StateGraph(Payees).add_node("call", call).add_edge(START, "call")
        graph = around.compile(checkpointer=resources.checkpointer)
        await graph.ainvoke({"payees": ["Ann", "Bob"]}, on("t"))
        for _ in range(2):
            await graph.ainvoke(answer(APPROVE), on("t"))
        assert receiver.payees == ["Ann", "Bob"]
        runs = [(each["run"], each["status"]) for each in await resources.database.do(summaries.list_runs)]
        assert sorted(runs) == [(1, "done"), (2, "done")]


async def test_a_call_that_failed_for_good_and_succeeds_when_its_node_is_tried_again_leaves_no_open_letter() -> None:
    receiver, fails = Receiver(), iter([True, False])

    async def stumble(_: Order) -> None:
        if next(fails):
            raise ValueError("the first time")

    inner = line(paying(receiver), stumble).compile(name="inner")

    async def call(state: Payees) -> None:
        await inner.ainvoke({"payee": state["payees"][0]})

    async with open_resources() as resources:
        policy = RetryPolicy(initial_interval=0.001, jitter=False, retry_on=DeadLettered)
        around: Any = StateGraph(Payees).add_node("call", call, retry_policy=policy).add_edge(START, "call")
        await around.compile().ainvoke({"payees": ["Ann"]}, on("t"))
        [run] = await resources.database.do(summaries.list_runs)
        assert (run["status"], run["dead_letters"], receiver.payees) == ("done", [], ["Ann"])
