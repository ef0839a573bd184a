"""A thread sees many runs, one after the other, each with an identity of its own: a stranger's graphs, called bare."""

import asyncio
import threading
from contextlib import suppress
from typing import Annotated, Any
from unittest.mock import Mock

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from typing_extensions import TypedDict

from baton import Job, Record, Runner, TypedStateGraph, dead_letter
from baton.errors import (
    DeadLettered,
    Held,
    LeaseLost,
    NotEnded,
    NothingWaiting,
    StorageError,
    ThreadInUse,
    UnknownThread,
    UsageError,
)
from baton.steps.adhoc import begin
from baton.steps.codec import input_codec
from baton.storage import claims
from baton.testing import commit_hook, steady_clock
from tests.baton.shop import (
    APPROVE,
    REJECT,
    Order,
    Receiver,
    answer,
    approved,
    asked,
    line,
    on,
    paying,
    rows,
    shop,
    waiting,
)

ANN, BOB = {"payee": "Ann"}, {"payee": "Bob"}


def hanging_once(hangs: asyncio.Event, goes_on: asyncio.Event | None = None) -> Any:
    """A step that says that it hangs and waits for `goes_on`, the first time; without it until it is cancelled."""

    async def look(state: Order) -> Order:
        if not hangs.is_set():
            hangs.set()
            await (goes_on or asyncio.Event()).wait()
        return {"verdict": "seen"}

    return look


async def cancel(call: "asyncio.Future[Any]") -> None:
    """Cancel a call, and wait until it has ended."""
    call.cancel()
    with suppress(asyncio.CancelledError):
        await call


async def test_two_payments_on_one_thread_are_two_payments() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        for payee in ("Ann", "Ann", "Bob"):
            await graph.ainvoke({"payee": payee}, on("t"))
            await graph.ainvoke(answer(APPROVE), on("t"))
        assert receiver.payees == ["Ann", "Ann", "Bob"]
        assert await rows(resources, "t") == [(1, "done"), (2, "done"), (3, "done")]


async def test_what_an_earlier_run_left_is_not_there_for_the_next() -> None:
    async def look(state: Order) -> Order:
        return {"verdict": f"{sorted(state)}"}

    async with shop(line(look, paying(Receiver()))) as (graph, _):
        first = await graph.ainvoke(ANN, on("t"))
        second = await graph.ainvoke(ANN, on("t"))
        assert (first["verdict"], first["receipts"]) == ("['messages', 'payee', 'receipts']", [1])
        assert (second["verdict"], second["receipts"]) == ("['messages', 'payee', 'receipts']", [2])


@pytest.mark.parametrize("saver", ["ours", "langgraph's"])
async def test_a_conversation_and_what_is_declared_live_on(saver: str) -> None:
    async def talk(state: Order) -> Order:
        said = f"{len(state['messages'])} messages, {state.get('note')}, {state.get('verdict')}"
        return {"messages": [AIMessage(said)], "verdict": "spoken"}

    async with shop(line(talk, keeps=("note",))) as (graph, resources):
        used = graph if saver == "ours" else graph.copy({"checkpointer": InMemorySaver()})
        await used.ainvoke({"messages": [HumanMessage("hello")], "note": "likes tea"}, on("t"))
        ended = await used.ainvoke({"messages": [HumanMessage("again")]}, on("t"))
        assert [each.content for each in ended["messages"]] == [
            *("hello", "1 messages, likes tea, None", "again", "3 messages, likes tea, None")
        ]
        assert await rows(resources, "t") == [(1, "done"), (2, "done")]


def test_a_key_to_keep_that_the_state_does_not_have_is_refused_at_once() -> None:
    with pytest.raises(UsageError, match=r"keeps names nothing; the state has payees, payee"):
        TypedStateGraph(Order, keeps=("nothing",))


async def test_each_run_has_a_budget_and_caps_of_its_own() -> None:
    from baton import within  # noqa: PLC0415 - for this test alone

    async def count(state: Order) -> Order:
        return {"at": await within("rounds", 1)}

    async with shop(line(count)) as (graph, _):
        assert [(await graph.ainvoke(ANN, on("t")))["at"] for _ in range(3)] == [1, 1, 1]


async def test_an_input_while_a_question_is_open_is_refused_with_the_way_out() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        with pytest.raises(NotEnded, match=r"run 1 of t is waiting .*Command\(resume"):
            await graph.ainvoke(BOB, on("t"))
        assert await waiting(resources, "t") == ["pay Ann"]
        await graph.ainvoke(answer(APPROVE), on("t"))
        assert receiver.payees == ["Ann"]


async def test_whoever_repeats_a_call_that_was_cut_off_is_refused_and_pays_once() -> None:
    receiver, cut_off = Receiver(), asyncio.Event()

    async def hang(state: Order) -> Order:
        if not cut_off.is_set():
            cut_off.set()
            await asyncio.Event().wait()
        return {"verdict": "went on"}

    async with shop(line(paying(receiver), hang)) as (graph, resources):
        call = asyncio.ensure_future(graph.ainvoke(ANN, on("t")))
        await cut_off.wait()
        await cancel(call)
        assert await rows(resources, "t") == [(1, "queued")]
        with pytest.raises(NotEnded, match=r"ainvoke\(None, config\)"):
            await graph.ainvoke(ANN, on("t"))
        assert (await graph.ainvoke(None, on("t")))["verdict"] == "went on"
        assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


async def test_of_two_inputs_at_once_one_is_worked_and_the_other_is_told() -> None:
    receiver = Receiver()
    async with shop(line(paying(receiver))) as (graph, _):
        calls = [graph.ainvoke({"payee": payee}, on("t")) for payee in ("Ann", "Bob")]
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(each) for each in ended if isinstance(each, Exception)] == [NotEnded]
        assert len(receiver.payees) == 1


async def test_without_a_checkpointer_two_at_once_are_one_and_a_later_one_is_another_run() -> None:
    receiver = Receiver()
    async with shop(line(paying(receiver))) as (kept, resources):
        graph = kept.copy({"checkpointer": None})
        ended = await asyncio.gather(*(graph.ainvoke(ANN, on("t")) for _ in range(2)), return_exceptions=True)
        assert [type(each) for each in ended if isinstance(each, Exception)] == [Held]
        await graph.ainvoke(ANN, on("t"))
        assert (receiver.payees, await rows(resources, "t")) == (["Ann", "Ann"], [(1, "done"), (2, "done")])


async def test_the_same_request_of_a_server_is_the_same_run() -> None:
    receiver = Receiver()
    async with shop(line(paying(receiver))) as (graph, resources):
        for _ in range(2):
            ended = await graph.ainvoke(ANN, {**on("t"), "metadata": {"run_id": "r1"}})
            assert ended["receipts"] == [1]
        await graph.ainvoke(ANN, {**on("t"), "metadata": {"run_id": "r2"}})
        with pytest.raises(UsageError, match="that was run 1 of t"):
            await graph.ainvoke(ANN, {**on("t"), "metadata": {"run_id": "r1"}})
        assert (receiver.payees, await rows(resources, "t")) == (["Ann", "Ann"], [(1, "done"), (2, "done")])


async def test_of_one_request_that_comes_twice_at_once_one_is_worked_and_the_other_is_told() -> None:
    receiver, looked = Receiver(), list[str]()

    async def look(state: Order) -> Order:
        looked.append(state["payee"])
        await asyncio.sleep(0.05)
        return {"verdict": "seen"}

    async with shop(line(look, paying(receiver))) as (graph, resources):
        calls = [graph.ainvoke(ANN, {**on("t"), "metadata": {"run_id": "r1"}}) for _ in range(2)]
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(each) for each in ended if isinstance(each, Exception)] == [Held]
        assert (looked, receiver.payees, await rows(resources, "t")) == (["Ann"], ["Ann"], [(1, "done")])
        again = await graph.ainvoke(ANN, {**on("t"), "metadata": {"run_id": "r1"}})
        assert (again["receipts"], looked) == ([1], ["Ann"])


@pytest.mark.parametrize("given", [None, Command(update={"note": "now"})])
async def test_a_run_that_a_call_is_at_work_on_is_not_gone_on_with_until_it_has_ended(given: Any) -> None:
    receiver, hangs, goes_on = Receiver(), asyncio.Event(), asyncio.Event()

    async with shop(line(hanging_once(hangs, goes_on), paying(receiver))) as (graph, resources):
        call = asyncio.ensure_future(graph.ainvoke(ANN, on("t")))
        await hangs.wait()
        begun = [each.config async for each in graph.aget_state_history(on("t")) if each.next == ("look",)]
        for config in (on("t"), begun[0]):
            with pytest.raises(Held, match="t is being worked; try again when that is done"):
                await graph.ainvoke(given, config)
        with pytest.raises(NotEnded, match=r"run 1 of t is running .*; a call is at work on it; try again when"):
            await graph.ainvoke(BOB, on("t"))
        goes_on.set()
        assert (await call)["receipts"] == [1]
        assert (await graph.ainvoke(None, on("t")))["receipts"] == [1]
        assert (receiver.requests[1:], await rows(resources, "t")) == ([], [(1, "done")])


async def test_of_two_that_go_on_at_once_with_a_run_that_was_cut_off_one_works_and_the_other_is_told() -> None:
    receiver, hangs = Receiver(), asyncio.Event()

    async with shop(line(hanging_once(hangs), paying(receiver))) as (graph, resources):
        call = asyncio.ensure_future(graph.ainvoke(ANN, on("t")))
        await hangs.wait()
        await cancel(call)
        ended = await asyncio.gather(*(graph.ainvoke(None, on("t")) for _ in range(2)), return_exceptions=True)
        assert [type(each) for each in ended if isinstance(each, Exception)] == [Held]
        assert (len(receiver.requests), await rows(resources, "t")) == (1, [(1, "done")])


async def test_a_request_that_another_call_went_on_with_is_done_when_it_comes_again() -> None:
    receiver, hangs, given = Receiver(), asyncio.Event(), {**on("t"), "metadata": {"run_id": "r1"}}

    async with shop(line(paying(receiver), hanging_once(hangs))) as (graph, resources):
        call = asyncio.ensure_future(graph.ainvoke(ANN, given))
        await hangs.wait()
        await cancel(call)
        ended = await graph.ainvoke(None, on("t"))
        assert await graph.ainvoke(ANN, given) == ended
        assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_call_that_was_cancelled_as_its_run_began_holds_nothing(*, keeps: bool) -> None:
    receiver, given = Receiver(), {**on("t"), "metadata": {"run_id": "r1"} if keeps else {}}
    begins, goes_on = threading.Event(), threading.Event()

    def wait() -> None:
        begins.set()
        goes_on.wait(20)

    async with shop(line(paying(receiver))) as (kept, resources):
        graph = kept if keeps else kept.copy({"checkpointer": None})
        with commit_hook(before=wait):
            call = asyncio.ensure_future(graph.ainvoke(ANN, given))
            await asyncio.to_thread(begins.wait, 20)
            await cancel(call)  # its row is written all the same
            goes_on.set()
            await graph.ainvoke(ANN, given)
        assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


async def test_a_run_that_its_call_could_not_close_is_queued_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with shop(line(paying(Receiver()))) as (graph, resources):
        monkeypatch.setattr("baton.storage.run_rows.finish", Mock(side_effect=StorageError("the disk is full")))
        with pytest.raises(StorageError):
            await graph.ainvoke(ANN, on("t"))
        assert await rows(resources, "t") == [(1, "queued")]


async def test_a_queued_run_is_held_by_the_call_that_goes_on_with_it_for_as_long_as_it_lasts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.3")
    receiver, looked = Receiver(), list[str]()

    async def look(state: Order) -> Order:
        looked.append(state["payee"])
        await asyncio.sleep(1.5)
        return {"verdict": "seen"}

    async with shop(line(look, paying(receiver))) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        call = asyncio.ensure_future(graph.ainvoke(None, on("t")))
        while not looked:  # noqa: ASYNC110 - the step's own note is the only sign
            await asyncio.sleep(0.01)
        others = (runner.resume("t"), graph.ainvoke(None, on("t")))
        assert [type(each) for each in await asyncio.gather(*others, return_exceptions=True)] == [Held, Held]
        assert (await call)["receipts"] == [1]
        assert (await runner.resume("t"))["status"] == "done"
        assert (looked, receiver.payees, await rows(resources, "t")) == (["Ann"], ["Ann"], [(1, "done")])


async def test_a_call_whose_queued_run_was_taken_over_meanwhile_is_refused_and_closes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "60")
    receiver, hangs, goes_on = Receiver(), asyncio.Event(), asyncio.Event()

    with steady_clock() as clock:
        async with shop(line(hanging_once(hangs, goes_on), paying(receiver))) as (graph, resources):
            runner = Runner(resources, {"shop": graph}.__getitem__)
            await runner.queue("shop", [Job(ANN, "t")])
            call = asyncio.ensure_future(graph.ainvoke(None, on("t")))
            await hangs.wait()
            clock.advance(61)
            assert (await runner.resume("t"))["status"] == "done"
            goes_on.set()
            with pytest.raises(LeaseLost, match="t is worked by another process now"):
                await call
            assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


async def test_a_queued_run_whose_call_was_cancelled_can_be_resumed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "60")
    receiver, hangs = Receiver(), asyncio.Event()

    async with shop(line(hanging_once(hangs), paying(receiver))) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        call = asyncio.ensure_future(graph.ainvoke(None, on("t")))
        await hangs.wait()
        await cancel(call)
        assert await rows(resources, "t") == [(1, "queued")]
        assert (await runner.resume("t"))["status"] == "done"


async def test_a_queued_run_keeps_its_output_once_a_bare_call_answers_its_question_and_not_before() -> None:
    async with shop(approved(Receiver())) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        await graph.ainvoke(None, on("t"))
        assert ((await runner.summary("t"))["status"], (await runner.summary("t"))["output"]) == ("waiting", None)
        ended = await graph.ainvoke(answer(APPROVE), on("t"))
        assert (await runner.summary("t"))["output"] == ended
        assert (ended["verdict"], ended["receipts"]) == ("approve", [1])


async def test_a_breakpoint_is_a_pause_that_is_gone_on_from() -> None:
    receiver = Receiver()
    async with shop(line(paying(receiver)), interrupt_before=["pay"]) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        assert (receiver.payees, await rows(resources, "t")) == ([], [(1, "waiting")])
        await graph.ainvoke(None, on("t"))
        assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


@pytest.mark.parametrize("given", [{"interrupt_before": ["pay"]}, {"interrupt_after": ["look"]}])
async def test_a_breakpoint_of_one_call_is_a_pause_too(given: dict[str, Any]) -> None:
    async def look(state: Order) -> Order:
        return {"verdict": "seen"}

    receiver = Receiver()
    async with shop(line(look, paying(receiver))) as (graph, resources):
        await graph.ainvoke(ANN, on("t"), **given)
        assert await rows(resources, "t") == [(1, "waiting")]
        await graph.ainvoke(None, on("t"))
        assert receiver.payees == ["Ann"]


async def test_a_queued_run_waits_at_a_breakpoint_and_resume_goes_on() -> None:
    receiver = Receiver()
    async with shop(line(paying(receiver)), interrupt_before=["pay"]) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        [thread] = await runner.queue("shop", [Job(ANN, "t")])
        stopped = await runner.resume(thread)
        assert (stopped["status"], stopped["waiting_for"], receiver.payees) == ("waiting", [], [])
        assert (await runner.resume(thread))["status"] == "done"
        assert receiver.payees == ["Ann"]


async def test_a_stream_that_is_left_early_stands_where_it_was_left() -> None:
    receiver = Receiver()

    async def look(state: Order) -> Order:
        return {"verdict": "seen"}

    async with shop(line(look, paying(receiver))) as (graph, resources):
        stream = graph.astream(ANN, on("t"), stream_mode="updates")
        assert await anext(stream) == {"look": {"verdict": "seen"}}
        await stream.aclose()
        assert await rows(resources, "t") == [(1, "queued")]
        await graph.ainvoke(None, on("t"))
        assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


async def test_a_bound_thread_is_the_thread_of_every_call() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        bound = graph.with_config(configurable={"thread_id": "b"})
        await bound.ainvoke(ANN)
        await bound.ainvoke(answer(APPROVE))
        assert (receiver.payees, await rows(resources, "b")) == (["Ann"], [(1, "done")])


async def test_what_is_bound_beside_the_thread_is_kept_and_a_call_may_name_another() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        bound = graph.with_config(
            {"configurable": {"thread_id": "b", "tenant": "x"}, "recursion_limit": 5, "tags": ["t"]}
        )
        await bound.ainvoke(ANN)
        await bound.ainvoke(BOB, on("c"))
        assert [(await rows(resources, each))[0][1] for each in ("b", "c")] == ["waiting", "waiting"]
        await bound.ainvoke(answer(APPROVE), on("c"))
        await bound.ainvoke(answer(APPROVE))
        assert receiver.payees == ["Bob", "Ann"]


async def test_a_bound_thread_streams_and_updates_too() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        bound = graph.with_config(configurable={"thread_id": "b"})
        assert [part async for part in bound.astream(ANN, stream_mode="updates")][-1].keys() == {"__interrupt__"}
        await bound.aupdate_state(on("b"), {"verdict": "by hand"}, as_node="approve")
        await bound.ainvoke(None)
        assert (receiver.payees, await rows(resources, "b")) == (["Ann"], [(1, "done")])


@pytest.mark.parametrize("thread", ["nobody", "done"])
async def test_an_answer_that_nothing_waits_for_is_told(thread: str) -> None:
    async with shop(line(paying(Receiver()))) as (graph, _):
        await graph.ainvoke(ANN, on("done"))
        with pytest.raises(UnknownThread if thread == "nobody" else NothingWaiting):
            await graph.ainvoke(answer(APPROVE), on(thread))


async def test_going_on_with_a_thread_that_nobody_knows_is_told() -> None:
    async with shop(line(paying(Receiver()))) as (graph, _):
        with pytest.raises(UnknownThread, match="no checkpoint of nobody"):
            await graph.ainvoke(None, on("nobody"))


async def test_a_question_that_an_update_passes_by_is_not_listed_any_more() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        await graph.aupdate_state(on("t"), {"verdict": "by hand"}, as_node="approve")
        assert (await waiting(resources, "t"), await rows(resources, "t")) == ([], [(1, "queued")])
        assert (await graph.ainvoke(None, on("t")))["verdict"] == "by hand"
        assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


async def test_a_client_that_withdraws_its_question_may_go_on_with_another_input() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        await graph.aupdate_state(on("t"), None, as_node=END)
        assert (await waiting(resources, "t"), await rows(resources, "t")) == ([], [(1, "done")])
        await graph.ainvoke(BOB, on("t"))
        assert await waiting(resources, "t", 2) == ["pay Bob"]


async def test_an_update_of_a_later_run_belongs_to_that_run() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        await graph.ainvoke(answer(REJECT), on("t"))
        await graph.ainvoke(BOB, on("t"))
        await graph.aupdate_state(on("t"), {"verdict": "by hand"}, as_node="approve")
        await graph.ainvoke(None, on("t"))
        assert [key.split(":")[1] for key in receiver.requests] == ["1", "2"]
        assert await rows(resources, "t") == [(1, "done"), (2, "done")]


async def test_a_call_that_ends_in_a_dead_letter_says_which() -> None:
    async def fail(state: Order) -> Order:
        raise ValueError("no such payee")

    async with shop(line(fail)) as (graph, resources):
        with pytest.raises(
            DeadLettered, match=r"run 1 of t was dead-lettered \(failure\): ValueError: no such"
        ) as told:
            await graph.ainvoke(ANN, on("t"))
        assert (told.value.thread_id, told.value.run) == ("t", 1)
        assert await rows(resources, "t") == [(1, "dead_lettered")]
        stream = graph.astream(ANN, on("t"), stream_mode="values")
        assert (await anext(stream))["payee"] == "Ann", "the stream comes to its end before the error"
        with pytest.raises(DeadLettered, match="run 2 of t"):
            await anext(stream)


class Note(Record):
    text: str


class Inner(TypedDict, total=False):
    note: Note
    kind: str


async def test_a_record_that_a_step_gives_to_a_graph_is_a_record_after_the_pause() -> None:
    async def ask(state: Inner) -> Inner:
        await asked(state["note"].text)
        return {"kind": type(state["note"]).__name__}

    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(Inner)
    inner = made.set_node_defaults(error_handler=dead_letter).add_node(ask).add_edge(START, "ask").compile(name="inner")

    async def call(state: Order) -> Order:
        told = await inner.ainvoke({"note": Note(text=state["payee"])})
        return {"verdict": told["kind"]}

    async with shop(line(call)) as (graph, _):
        await graph.ainvoke(ANN, on("t"))
        assert (await graph.ainvoke(answer(APPROVE), on("t")))["verdict"] == "Note"


async def test_records_in_lists_and_by_a_stream_are_plain_in_the_checkpoint() -> None:
    class Many(TypedDict, total=False):
        notes: list[Note]
        kind: str

    async def ask(state: Many) -> Many:
        await asked(state["notes"][0].text)
        return {"kind": " ".join(type(each).__name__ for each in state["notes"])}

    made: Any = TypedStateGraph(Many)
    inner = made.set_node_defaults(error_handler=dead_letter).add_node(ask).add_edge(START, "ask").compile(name="inner")

    async def call(state: Order) -> Order:
        given = {"notes": [Note(text=state["payee"]), Note(text="two")]}
        parts = [part async for part in inner.astream(given, stream_mode="values")]
        return {"verdict": parts[-1]["kind"]}

    async with shop(line(call)) as (graph, resources):
        await graph.ainvoke(ANN, on("t"))
        stored = [each async for each in resources.checkpointer.alist(on("t"))]
        held = [each.checkpoint["channel_values"].get("notes") for each in stored]
        assert [{"text": "Ann"}, {"text": "two"}] in held
        assert (await graph.ainvoke(answer(APPROVE), on("t")))["verdict"] == "Note Note"


async def test_a_state_that_changed_between_two_runs_is_told_in_one_line() -> None:
    class Before(TypedDict, total=False):
        kept: str

    class After(TypedDict, total=False):
        kept: int

    async def before(_state: Before) -> Before:
        return {"kept": "tea"}

    async def after(state: After) -> After:
        return {"kept": state["kept"] + 1}

    async with shop(line(paying(Receiver()))) as (_, resources):
        for shape, step, refused in ((Before, before, False), (After, after, True)):
            made: Any = TypedStateGraph(shape, keeps=("kept",))
            made.set_node_defaults(error_handler=dead_letter).add_node("step", step).add_edge(START, "step")
            graph = made.compile(checkpointer=resources.checkpointer, name="changed")
            if refused:
                with pytest.raises(DeadLettered, match="after cannot read After: kept Input should be a valid integer"):
                    await graph.ainvoke({}, on("t"))
            else:
                await graph.ainvoke({"kept": "coffee"}, on("t"))
        assert await rows(resources, "t") == [(1, "done"), (2, "dead_lettered")]


async def test_a_used_thread_gets_a_further_run_only_where_that_is_said() -> None:
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        for number, payee in enumerate(("Ann", "Bob"), 1):
            [thread] = await runner.queue("shop", [Job({"payee": payee}, "t")], further=number > 1)
            assert (await runner.resume(thread))["run"] == number
            with pytest.raises(NotEnded, match="baton decide t"):
                await runner.queue("shop", [Job(ANN, "t")], further=True)
            await runner.decide(thread, APPROVE)
        with pytest.raises(ThreadInUse, match="--next"):
            await runner.queue("shop", [Job(ANN, "t")])
        assert receiver.payees == ["Ann", "Bob"]
        with pytest.raises(UnknownThread, match="t has no run 3; its last is run 2"):
            await runner.summary("t", run=3)


async def test_a_decision_for_an_earlier_run_is_refused_and_changes_nothing() -> None:
    async with shop(approved(Receiver())) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        [first] = (await runner.resume("t"))["waiting_for"]
        await runner.decide("t", REJECT)
        await runner.queue("shop", [Job(BOB, "t")], further=True)
        await runner.resume("t")
        with pytest.raises(UsageError, match="already decided"):
            await runner.decide("t", APPROVE, interrupt_id=first["interrupt_id"])
        with pytest.raises(UsageError):
            await runner.decide("t", APPROVE, run=1)
        assert await waiting(resources, "t", 2) == ["pay Bob"]


async def test_a_replay_of_an_earlier_run_is_refused_where_the_thread_went_on() -> None:
    async def fail(state: Order) -> Order:
        raise ValueError(state["payee"])

    async with shop(line(fail)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        [letter] = (await runner.resume("t"))["dead_letters"]
        await runner.queue("shop", [Job(BOB, "t")], further=True)
        await runner.resume("t")
        with pytest.raises(UsageError, match="went on with run 2"):
            await runner.replay(letter)


async def test_a_plain_graph_keeps_all_its_state_and_has_runs_of_its_own() -> None:
    class Plain(TypedDict, total=False):
        seen: Annotated[list[str], lambda old, new: old + new]

    made = StateGraph(Plain)
    made.add_node("note", lambda state: {"seen": [f"{len(state.get('seen', []))}"]})
    made.add_edge(START, "note").add_edge("note", END)
    async with shop(line(paying(Receiver()))) as (_, resources):
        graph: Any = made.compile(name="plain")
        runner = Runner(resources, {"plain": graph}.__getitem__)
        for number in (1, 2):
            await runner.queue("plain", [Job({"seen": ["x"]}, "p")], further=number > 1)
            ended = await runner.resume("p")
            assert (ended["status"], ended["run"]) == ("done", number)
        assert ended["output"] == {"seen": ["x", "1", "x", "3"]}


USED = AIMessage(
    "hello", id="m1", usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}, name="desk"
)


async def test_a_message_that_waited_in_the_queue_is_the_one_that_was_given() -> None:
    async def talk(state: Order) -> Order:
        return {"note": f"{state['messages'] == [USED]}"}

    async with shop(line(talk)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        for _ in range(2):
            await runner.queue("shop", [Job({"messages": [USED]}, "t")], further=True)
            assert (await runner.resume("t"))["output"]["note"] == "True"


async def test_a_message_of_a_call_that_was_cut_off_before_its_checkpoint_is_the_one_that_was_given() -> None:
    async def talk(state: Order) -> Order:
        return {"note": f"{state['messages'] == [USED]}"}

    async with shop(line(talk)) as (graph, _):
        given = input_codec(graph.builder).take({"messages": [USED]}, "shop")
        call = await begin(graph, given, {}, {"thread_id": "t"}, may_pause=False)
        claims.end_call(call.row.owner)  # as if its process had died
        assert (await graph.ainvoke(None, on("t")))["note"] == "True"


async def test_a_run_is_not_gone_on_with_in_the_state_of_a_later_one() -> None:
    async def note(state: Order) -> Order:
        return {"note": f"{state['payee']}!"}

    async with shop(line(note)) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        for given in (ANN, BOB):
            await runner.queue("shop", [Job(given, "t")], further=True)
            await runner.resume("t")
        ends = [each async for each in graph.aget_state_history(on("t")) if each.next == () and each.values]
        for end, payee in ((ends[-1], "Cy"), (ends[0], "Di")):  # of the first run, then of the second
            await graph.aupdate_state(end.config, {"payee": payee}, as_node=START)
        run = await runner.resume("t", run=1)
        assert (run["status"], run["output"]) == ("failed", None)
        assert "t stands in run 2" in str(run["error"])
        assert (await runner.resume("t", run=2))["output"]["note"] == "Di!"
