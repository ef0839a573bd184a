"""What the tests of a project need: each helper does what it says, and leaves everything as it was."""

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from langchain_core.tools import tool
from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import MODEL_RETRY, Record, TypedStateGraph, ask, open_resources
from baton.config.home import database_file
from baton.config.policies import transient
from baton.config.settings import settings
from baton.errors import BadAnswer, Transient
from baton.models.models import models
from baton.offline import Refusal
from baton.storage import claims
from baton.storage.sqlite_file import connect_for_reading
from baton.testing import Call, commit_hook, retries_off, scripted_model, steady_clock
from tests.test_house import ROOT


class Invoice(Record):
    payee: str


class State(TypedDict, total=False):
    message: str
    payee: str


@tool
def look_up(name: str) -> str:
    """Look somebody up."""
    return name


async def read(state: State) -> State:
    invoice = await ask("cheap", Invoice, "Who is to be paid?", {"message": state["message"]})
    return {"payee": invoice.payee}


graph = TypedStateGraph(State).add_node(read).add_edge(START, "read").add_edge("read", END).compile(name="pay")


async def test_a_scripted_model_answers_in_turn_and_keeps_what_it_was_asked() -> None:
    with scripted_model({"payee": "Ann"}, {"payee": "Bob"}) as model:
        async with open_resources():
            paid = [(await graph.ainvoke({"message": text}))["payee"] for text in ("one", "two", "three")]
    assert paid == ["Ann", "Bob", "Bob"]
    assert [request.data["message"] for request in model.asked] == ["one", "two", "three"]
    assert settings().model_of("cheap") == "local:desk"


@pytest.mark.parametrize("answer", [{"payer": "Ann"}, "no JSON", Refusal("not this")])
async def test_an_answer_of_no_use_is_refused_as_that_of_any_model(answer: Any) -> None:
    with scripted_model(answer), pytest.raises(BadAnswer):
        async with open_resources():
            await graph.ainvoke({"message": "x"})


async def test_an_exception_is_an_error_of_the_endpoint_and_without_retries_it_fails_at_once() -> None:
    attempts = 0

    async def once_more(_state: State) -> State:
        nonlocal attempts
        attempts += 1
        raise Transient("not now")

    builder: Any = TypedStateGraph(State)
    builder.set_node_defaults(retry_policy=MODEL_RETRY).add_node(once_more)
    made = builder.add_edge(START, "once_more").compile()
    with retries_off(), pytest.raises(Transient):
        await made.ainvoke({"message": "x"})
    assert (attempts, transient(Transient("not now"))) == (1, True)


async def test_a_call_is_made_of_the_tool_that_is_meant() -> None:
    with scripted_model(Call("look_up", {"name": "Ann"}), "Ann is known") as model:
        async with open_resources() as resources:
            chat = await resources.resource(models)
            offered = (await chat.of("cheap")).bind_tools([look_up])
            first = await offered.ainvoke("Who is Ann?")
            assert [(each["name"], each["args"]) for each in first.tool_calls] == [("look_up", {"name": "Ann"})]
            assert (await offered.ainvoke("Well?")).text == "Ann is known"
    assert len(model.asked) == 2


def test_the_clock_of_leases_stands_until_it_is_moved_on() -> None:
    with steady_clock() as clock:
        began = claims.steady()
        assert claims.steady() == began
        clock.advance(5)
        assert claims.steady() == began + 5
    assert claims.steady() != began + 5


async def test_a_hook_is_called_around_each_commit() -> None:
    told: list[str] = []
    with commit_hook(lambda: told.append("before"), lambda: told.append("after")):
        async with open_resources() as resources:
            await resources.database.do(lambda tx: tx.execute("SELECT 1").fetchone())
    assert told[:2] == ["before", "after"]
    before = len(told)
    async with open_resources() as resources:
        await resources.database.do(lambda tx: tx.execute("SELECT 1").fetchone())
    assert len(told) == before


KILLED = """
import asyncio, os, signal
from baton import open_resources
from baton.testing import commit_hook

async def work():
    async with open_resources() as plumbing:
        await plumbing.database.do(lambda tx: tx.execute("CREATE TABLE kept (n)") and None)
        with commit_hook(before=lambda: os.kill(os.getpid(), signal.SIGKILL)):
            await plumbing.database.do(lambda tx: tx.execute("CREATE TABLE lost (n)") and None)

asyncio.run(work())
"""


def test_a_process_that_ends_in_the_hook_leaves_what_was_committed_before() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", KILLED], env=environment, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with connect_for_reading(database_file()) as tx:
        tables = [row[0] for row in tx.execute("SELECT name FROM sqlite_master").fetchall()]
    assert ("kept" in tables, "lost" in tables) == (True, False)
