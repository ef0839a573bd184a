"""A message that kills its process takes nobody along: only it comes to its last recovery."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from typing import Any

import pytest
from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import Job, Runner, TypedStateGraph, dead_letter, open_resources
from baton.storage import dead_letter_rows, run_rows, summaries
from tests.baton.payments import place
from tests.baton.processes import process

pytestmark = pytest.mark.slow

BATCH = [f"m{number:02}" for number in range(16)]
TAKEOVERS = 4
POISON_S, WORK_S = 0.03, 0.1


class Message(TypedDict):
    text: str


class Worked(Message, total=False):
    done: bool


async def handle(state: Message) -> Worked:
    await asyncio.sleep(POISON_S if state["text"] == "poison" else WORK_S)
    if state["text"] == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    return {"text": state["text"], "done": True}


builder: Any = TypedStateGraph(Worked, input_schema=Message)
builder.set_node_defaults(error_handler=dead_letter)
graph: Any = builder.add_node(handle).add_edge(START, "handle").add_edge("handle", END).compile(name="handled")


@asynccontextmanager
async def runner_of_this_process() -> Any:
    async with open_resources() as resources:
        yield Runner(resources, {"handled": graph}.__getitem__), resources


def take_over() -> None:
    """What `baton resume --all` does: all that is queued or was cut off, sixteen at once."""

    async def working() -> None:
        async with runner_of_this_process() as (runner, resources):
            rows = await resources.database.do(run_rows.resumable)
            await runner.work([row.thread_id for row in rows], done=lambda _: None, concurrency=16)

    asyncio.run(working())


@pytest.mark.parametrize("at", [0, 7, 15])
async def test_of_a_batch_with_one_poison_message_fifteen_are_done(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.2")
    texts = ["poison" if number == at else "plain" for number in range(len(BATCH))]
    async with runner_of_this_process() as (runner, _):
        await runner.queue("handled", [Job({"text": text}, name) for text, name in zip(texts, BATCH, strict=True)])
    ended = []
    for _ in range(1 + TAKEOVERS):
        with process(take_over) as working:
            await asyncio.to_thread(working.join, 30)
            ended.append(working.exitcode)
    assert ended == [-signal.SIGKILL] * TAKEOVERS + [0]
    async with runner_of_this_process() as (_, resources):
        listed = await resources.database.do(summaries.list_runs)
        letters = await resources.database.do(dead_letter_rows.list_dead_letters)
    assert {each["thread_id"] for each in listed if each["status"] == "done"} == {*BATCH} - {BATCH[at]}
    assert [(each.thread_id, each.reason) for each in letters] == [(BATCH[at], "crash_loop")]
    assert place().exists()
