"""Urgency: marked from inside a step, once, and kept whatever becomes of the run."""

from itertools import pairwise
from typing import Any

import pytest
from langgraph.graph import END, START
from langgraph.types import Command, RetryPolicy
from typing_extensions import TypedDict

from baton import Job, TypedStateGraph, dead_letter, mark_urgent, request_approval
from baton.config.policies import transient
from baton.errors import BatonError, DeadLettered, Transient, UsageError
from baton.runs.graph_shapes import Graph
from baton.runtime.resources import Resources
from baton.storage import dead_letter_rows, summaries
from tests.baton.payments import desk
from tests.baton.questions import approve

AT_ONCE = RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=3, retry_on=transient)
CONFIG: Any = {"configurable": {"thread_id": "one"}}


class Message(TypedDict, total=False):
    message: str
    answer: str


async def sane(args: dict[str, Any]) -> dict[str, Any]:
    return args


async def read(state: Message) -> Message:
    if state["message"] != "hello":
        await mark_urgent(state["message"])
    return {}


async def reread(_state: Message) -> Message:
    await mark_urgent("a second thought")
    return {}


async def ask_person(_state: Message) -> Message:
    decision = await request_approval("pay", {"amount": 1}, description="pay 1", check=sane)
    return {"answer": decision.type}


async def explode(_state: Message) -> Message:
    raise ValueError("it exploded")


def chain(*nodes: Any) -> Graph:
    builder: Any = TypedStateGraph(Message).set_node_defaults(error_handler=dead_letter)
    names = [START, *(node.__name__ for node in nodes), END]
    for node in nodes:
        builder.add_node(node.__name__, node, retry_policy=AT_ONCE)
    for before, after in pairwise(names):
        builder.add_edge(before, after)
    graph: Graph = builder.compile(name="marked")
    return graph


async def urgency(resources: Resources) -> list[str | None]:
    runs = await resources.database.do(summaries.list_runs)
    return [each["urgent"] for each in runs]


async def test_a_run_that_nobody_marks_is_not_urgent(resources: Resources) -> None:
    await chain(read).ainvoke({"message": "hello"})
    assert await urgency(resources) == [None]


@pytest.mark.parametrize("config", [None, CONFIG], ids=["without a thread", "on a thread"])
async def test_a_bare_call_marks_its_run(resources: Resources, config: Any) -> None:
    graph = chain(read).copy({"checkpointer": resources.checkpointer}) if config else chain(read)
    await graph.ainvoke({"message": "theft"}, config)
    assert await urgency(resources) == ["theft"]


async def test_a_graph_in_a_graph_marks_the_run_around_it(resources: Resources) -> None:
    inner = chain(read)

    async def outer(state: Message) -> Message:
        await inner.ainvoke(state)
        return {}

    await chain(outer).ainvoke({"message": "theft"})
    assert await urgency(resources) == ["theft"]


async def test_the_first_reason_stands_also_when_a_step_runs_again(resources: Resources) -> None:
    tries: list[str] = []

    async def fail_once(_state: Message) -> Message:
        tries.append(f"try {len(tries) + 1}")
        await mark_urgent(tries[-1])
        if len(tries) == 1:
            raise Transient("no answer")
        return {}

    await chain(fail_once, reread).ainvoke({"message": "hello"})
    assert (tries, await urgency(resources)) == (["try 1", "try 2"], ["try 1"])


async def test_a_run_that_waits_is_urgent_and_stays_so_when_it_goes_on() -> None:
    async with desk({"marked": chain(read, ask_person)}) as (runner, _):
        await runner.queue("marked", [Job({"message": "theft"}, "one")])
        waiting = await runner.resume("one")
        done = await runner.decide("one", approve())
    assert [(each["status"], each["urgent"]) for each in (waiting, done)] == [("waiting", "theft"), ("done", "theft")]


async def test_the_next_run_of_a_thread_is_not_urgent_for_the_last_one(resources: Resources) -> None:
    graph = chain(read).copy({"checkpointer": resources.checkpointer})
    for message in ("theft", "hello"):
        await graph.ainvoke({"message": message}, CONFIG)
    assert await urgency(resources) == ["theft", None], "the older run stands first"


async def test_a_dead_letter_of_an_urgent_run_is_urgent(resources: Resources) -> None:
    for message in ("theft", "hello"):
        with pytest.raises(DeadLettered):
            await chain(read, explode).ainvoke({"message": message})
    letters = await resources.database.do(dead_letter_rows.list_dead_letters)
    assert [each.urgent for each in letters] == ["theft", None], "it comes before the newer one"


async def test_a_bare_call_that_waits_keeps_its_mark_when_it_is_answered(resources: Resources) -> None:
    graph = chain(read, ask_person).copy({"checkpointer": resources.checkpointer})
    await graph.ainvoke({"message": "theft"}, CONFIG)
    await graph.ainvoke(Command(resume={"decisions": [{"type": "approve"}]}), CONFIG)
    assert await urgency(resources) == ["theft"]


@pytest.mark.parametrize(
    "reason, kept",
    [
        ("card 4111 1111 1111 1111 is lost", "card [card ending 1111] is lost"),
        ("two\nlines", "two lines"),
        ("a" * 500, "a" * 200),
    ],
    ids=["masked", "one line", "short"],
)
async def test_a_reason_is_kept_as_one_short_masked_line(resources: Resources, reason: str, kept: str) -> None:
    await chain(read).ainvoke({"message": reason})
    assert await urgency(resources) == [kept]


async def test_without_a_reason_nothing_is_urgent(resources: Resources) -> None:
    async def mark(_state: Message) -> Message:
        with pytest.raises(UsageError, match="say why"):
            await mark_urgent("  ")
        return {}

    await chain(mark).ainvoke({"message": "hello"})
    assert await urgency(resources) == [None]


async def test_outside_a_step_it_is_refused() -> None:
    with pytest.raises(BatonError, match="only inside a node"):
        await mark_urgent("theft")
