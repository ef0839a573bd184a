"""Queueing, working and resuming runs in one process."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from langgraph.graph import END, START
from langgraph.runtime import Runtime
from pydantic import BaseModel, Field, SecretStr
from typing_extensions import TypedDict

from baton import Job, Runner, TypedStateGraph
from baton.errors import BadSetting, Held, ThreadInUse, UnknownThread, UsageError
from baton.runs.graph_shapes import Graph, fingerprint
from baton.runtime.resources import Resources
from baton.storage import dead_letter_rows
from tests.baton.payments import (
    GRAPHS,
    Order,
    Paid,
    book,
    builder,
    chain,
    desk,
    paid,
    pay,
    place,
    queued,
    thank,
    worked,
)
from tests.baton.questions import approve, questions


async def count_runs(resources: Resources) -> int:
    found: int = await resources.database.do(lambda tx: tx.execute("SELECT count(*) FROM runs").fetchone()[0])
    return found


async def renamed(state: Order) -> Paid:
    raise AssertionError("a changed graph must not be worked")


async def test_a_run_is_a_row_before_it_is_worked_and_its_summary_says_what_came_of_it() -> None:
    async with desk() as (runner, _):
        (thread,) = await runner.queue("payment", [Job({"amount": 7}, line=3)])
        assert (await runner.summary(thread))["status"] == "queued"
        run = await runner.resume(thread)
    assert (run["status"], run["output"], run["line"]) == ("done", {"receipt": {"paid": 7}}, 3)
    assert run["thread_id"] == thread


@pytest.mark.parametrize(
    "bad, error",
    [
        (Job({"amount": 7}, "taken"), ThreadInUse),
        (Job({"amount": 7}, "first"), ThreadInUse),
        (Job({"amount": 7}, "no spaces"), UsageError),
        (Job({"amount": 7}, "x" * 65), UsageError),
        (Job({"amount": 7}, ""), UsageError),
        (Job({"amount": 7}, 7), UsageError),  # type: ignore[arg-type]
        (Job({"amount": 7}, b"one"), UsageError),  # type: ignore[arg-type]
        (Job({"amount": "many"}), UsageError),
        (Job({}), UsageError),
    ],
)
async def test_queueing_is_all_or_none(bad: Job, error: type[UsageError]) -> None:
    async with desk() as (runner, resources):
        await runner.queue("payment", [Job({"amount": 7}, "taken")])
        with pytest.raises(error) as refused:
            await runner.queue("payment", [Job({"amount": 7}, "first"), bad, Job({"amount": 7}, "last")])
        assert "\n" not in str(refused.value)
        assert await count_runs(resources) == 1


async def test_an_unknown_thread_is_an_error_and_no_new_run() -> None:
    async with desk() as (runner, resources):
        with pytest.raises(UnknownThread):
            await runner.resume("nobody")
        with pytest.raises(UnknownThread):
            await runner.decide("nobody", approve())
        assert await count_runs(resources) == 0


@pytest.mark.parametrize("origin", ["library", "server"])
async def test_a_run_that_was_not_queued_here_is_left_to_whoever_started_it(origin: str) -> None:
    async with desk() as (runner, resources):
        graph = GRAPHS["approved"].copy({"checkpointer": resources.checkpointer})
        keys = {"thread_id": "theirs", **({"graph_id": "approved"} if origin == "server" else {})}
        await graph.ainvoke({"amount": 7}, {"configurable": keys})
        assert (await runner.summary("theirs"))["status"] == "waiting"
        for attempt in (runner.resume("theirs"), runner.decide("theirs", approve())):
            with pytest.raises(UsageError, match=f"belongs to the {origin}"):
                await attempt
    assert paid() == []


async def test_resuming_a_finished_run_changes_nothing() -> None:
    await queued("one")
    async with desk() as (runner, _):
        first = await runner.resume("one")
        assert await runner.resume("one") == first
    assert worked().count("pay") == 1


async def test_one_process_does_not_work_a_run_twice_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.5")
    (place() / "pay.slow").write_text("1.5")
    await queued("one")
    async with desk() as (runner, _):
        ended = await asyncio.gather(*(runner.resume("one") for _ in range(3)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["Held", "Held", "dict"]
    assert worked().count("pay") == 1


async def test_working_a_list_names_each_run_once_and_leaves_held_ones_in_good_hands() -> None:
    threads = [f"run-{number}" for number in range(5)]
    await queued(*threads)
    seen: list[Any] = []
    async with desk() as (runner, _):
        await runner.work([*threads, "run-0"], done=seen.append, concurrency=2)
    assert sorted(run["thread_id"] for run in seen) == sorted([*threads, "run-0"])
    assert len(paid()) == 10


async def test_a_stop_puts_what_is_unfinished_back_into_the_queue_and_it_resumes() -> None:
    threads = [f"run-{number}" for number in range(4)]
    (place() / "pay.wait").touch()
    await queued(*threads)
    async with desk() as (runner, _):
        working = asyncio.create_task(runner.work(threads, done=lambda _: None, concurrency=1))
        while "pay" not in worked():  # noqa: ASYNC110 - the node's own note is the only sign
            await asyncio.sleep(0.01)
        runner.stop()
        (place() / "pay.go").touch()
        await working
        assert [(await runner.summary(thread))["status"] for thread in threads] == ["queued"] * 4
        assert worked().count("book") == 1, "a run was started after the stop"
    async with desk() as (runner, _):
        assert {(await runner.resume(thread))["status"] for thread in threads} == {"done"}
    assert len(paid()) == len(set(paid())) == 8


async def test_a_stop_cuts_off_a_step_that_does_not_end_within_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baton.runs.runner.GRACE_S", 0.1)
    (place() / "pay.wait").touch()
    await queued("one")
    async with desk() as (working_runner, _):
        working = asyncio.create_task(working_runner.work(["one"], done=lambda _: None, concurrency=1))
        while "pay" not in worked():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        working_runner.stop()
        await working
        assert (await working_runner.summary("one"))["status"] == "queued"
    async with desk() as (fresh, _):
        assert (await fresh.resume("one"))["status"] == "done"
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay@1/pay:0", 7)]


async def test_a_stop_before_the_first_step_starts_none() -> None:
    await queued("one")
    async with desk() as (runner, _):
        runner.stop()
        assert (await runner.resume("one"))["status"] == "queued"
    assert worked() == []


async def test_a_changed_graph_parks_a_waiting_run_and_fires_nothing() -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, _):
        assert (await runner.resume("one"))["status"] == "waiting"
    async with desk({"approved": chain(renamed, thank, name="approved")}) as (runner, resources):
        run = await runner.decide("one", approve())
        letters = [each.reason for each in await resources.database.do(dead_letter_rows.list_dead_letters)]
        assert (run["status"], letters) == ("dead_lettered", ["needs_migration"])
        assert await questions(resources, "one") == []
    assert paid() == []


async def test_a_changed_graph_parks_a_run_that_was_cut_off() -> None:
    await queued("one")
    async with desk({"payment": chain(book, renamed, pay, name="payment")}) as (runner, _):
        assert (await runner.resume("one"))["status"] == "dead_lettered"
    assert worked() == []


async def test_a_change_inside_a_subgraph_is_a_change() -> None:
    inner, other = chain(book, pay, name="inner"), chain(book, thank, name="inner")
    outside = [fingerprint(_holding(graph)) for graph in (inner, inner, other)]
    assert outside[0] == outside[1] != outside[2]


def _holding(graph: Graph) -> Graph:
    return builder().add_node("inner", graph).add_edge(START, "inner").add_edge("inner", END).compile(name="outer")


async def test_a_failure_that_nothing_parks_is_told_in_one_line_and_can_be_resumed() -> None:
    loaded: list[str] = []

    def load(name: str) -> Graph:
        loaded.append(name)
        if len(loaded) == 2:
            raise BadSetting("the graph cannot\nbe loaded")
        return GRAPHS[name]

    async with desk() as (_, resources):
        await Runner(resources, load).queue("payment", [Job({"amount": 7}, "one")])
        failed = await Runner(resources, load).resume("one")
        assert (failed["status"], failed["error"]) == ("failed", "BadSetting: the graph cannot")
        done = await Runner(resources, load).resume("one")
        assert (done["status"], done["error"]) == ("done", None)


async def test_a_run_is_held_for_as_long_as_its_process_renews_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.6")
    (place() / "pay.slow").write_text("1.5")
    await queued("one")
    async with desk() as (first, resources):
        working = asyncio.create_task(first.resume("one"))
        await asyncio.sleep(0.1)
        with pytest.raises(Held):
            await Runner(resources, GRAPHS.__getitem__).resume("one")
        assert (await working)["status"] == "done"
    assert worked().count("pay") == 1


@dataclass
class Since:
    day: date = date(2026, 1, 2)
    pair: tuple[int, int] = (1, 2)


class Strictly(BaseModel, strict=True):
    day: date = Field(date(2026, 1, 2), alias="the-day")


class Keys(TypedDict, total=False):
    day: date


@pytest.mark.parametrize(
    "schema,given,seen",
    [
        (Since, {}, Since()),
        (Since, {"day": date(2026, 5, 6)}, Since(date(2026, 5, 6))),
        (Strictly, {"the-day": date(2026, 5, 6)}, Strictly.model_validate({"the-day": date(2026, 5, 6)})),
        (Keys, {"day": date(2026, 5, 6)}, {"day": date(2026, 5, 6)}),
    ],
)
async def test_a_queued_run_has_the_context_that_a_bare_call_has(schema: Any, given: Any, seen: Any) -> None:
    async def look(_: Order, runtime: Runtime[Any]) -> None:
        contexts.append(runtime.context)

    contexts: list[Any] = []
    made: Any = TypedStateGraph(Order, schema)
    graph = made.add_node(look).add_edge(START, "look").compile(name="looking")
    async with desk({"looking": graph}) as (runner, _):
        await graph.ainvoke({"amount": 7}, context=given)
        await runner.queue("looking", [Job({"amount": 7}, "one")], context=given)
        assert (await runner.resume("one"))["status"] == "done"
    assert contexts == [seen, seen]


async def test_a_secret_of_a_context_is_refused_and_no_run_gets_its_stars() -> None:
    class Secret(BaseModel):
        token: SecretStr = SecretStr("")

    async def look(_: Order) -> None:
        pass

    made: Any = TypedStateGraph(Order, Secret)
    graph = made.add_node(look).add_edge(START, "look").compile(name="looking")
    async with desk({"looking": graph}) as (runner, _):
        await runner.queue("looking", [Job({"amount": 7}, "one")])
        with pytest.raises(UsageError, match="token holds a secret"):
            await runner.queue("looking", [Job({"amount": 7}, "two")], context={"token": "hush"})
