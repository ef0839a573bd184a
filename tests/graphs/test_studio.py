"""Studio's server over all graphs: a client works the desk to its question and answers it, and money moves once.

What was on a thread before changes nothing (see `test_second_message`).
"""

import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from bank.ledger.records import LogLine
from bank.ledger.sqlite_bank import SqliteBank
from baton.runs.registry import entries
from state.context import Context
from state.desk import Inquiry, Resolution
from tests.graphs.second_messages import (
    FOUND,
    MOST_QUESTIONS,
    PAIRS,
    Message,
    Pair,
    Told,
    as_draft,
    differences,
    each_alone,
    first_question,
    lines,
)
from tests.ready import furnish

pytestmark = pytest.mark.slow

HOUSE = Path(__file__).parents[2]
ROOMS = ("baton", "desk", "bank", "state", "nodes", "graphs")
GRAPHS = set(entries())
HOTEL = "Lumen Hotel charged me twice, 180.00 each time. Please refund one of them."
PATIENCE_S = 120
WAVES = [
    [
        ("support_desk", FOUND),
        ("support_desk", "edited, then the same approved"),
        ("support_desk", "one at once, then two that wait"),
        ("multi_agent", "a limit up, then down"),
    ],
    [
        ("support_desk", "the same refund for two"),
        ("support_desk", "approved, then the same for somebody else"),
        ("support_desk", "a vote, then a question"),
        ("sectioning", "several requests, then several"),
    ],
    [("chaining", "a refund, then another one"), ("agent", "a lost card, then a question")],
]
"""Pairs that are worked side by side, for the server looks for new runs once in a second: of different customers."""


class Served(NamedTuple):
    """Where `langgraph dev` answers, and the home that it works in."""

    url: str
    home: Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def copied(folder: Path) -> Path:
    """What the server needs of the house, beside whatever it leaves behind in its working directory."""
    for room in ROOMS:
        shutil.copytree(HOUSE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("langgraph.json", "pyproject.toml"):
        shutil.copy(HOUSE / name, folder)
    return folder


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server is up; fail with its log when it is not in time."""
    end = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < end:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/ok").is_success:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, ready: Path) -> Iterator[Served]:
    """`langgraph dev`, started once, in a process group of its own."""
    base = tmp_path_factory.mktemp("studio")
    furnish(base / "home", ready)
    port, folder, log = free_port(), copied(base / "house"), base / "studio.log"
    command = [str(Path(sys.executable).with_name("langgraph")), "dev", "--no-browser", "--no-reload"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "BATON_HOME": str(base / "home")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}", process, log)
        yield Served(f"http://127.0.0.1:{port}", base / "home")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
async def studio(server: Served) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=server.url, timeout=PATIENCE_S) as client:
        yield client


async def bank_log(served: Served) -> list[LogLine]:
    """What the server's bank was asked to do."""
    bank = await SqliteBank.open(served.home / "bank.db")
    try:
        return await bank.log()
    finally:
        await bank.aclose()


async def schemas(studio: LangGraphClient) -> dict[str, Any]:
    found = await studio.assistants.search()
    return {each["graph_id"]: await studio.assistants.get_schemas(each["assistant_id"]) for each in found}


async def test_studio_serves_every_graph_and_the_desk_to_its_end(studio: LangGraphClient, server: Served) -> None:
    shapes = await schemas(studio)
    assert shapes.keys() == GRAPHS
    for shape in shapes.values():
        assert shape["input_schema"]["properties"].keys() == Inquiry.__annotations__.keys()
        assert shape["output_schema"]["properties"].keys() == Resolution.__annotations__.keys()
        assert shape["context_schema"]["properties"].keys() == Context.model_fields.keys()

    thread = (await studio.threads.create())["thread_id"]
    given = {"message": HOTEL, "customer_id": "C012"}
    await studio.runs.wait(thread, "support_desk", input=given, context={"route_threshold": 0.4})
    waiting: Any = await studio.threads.get(thread)
    assert not {"outcome", "reply", "actions", "reason"} & waiting["values"].keys()
    [question] = [each for asked in waiting["interrupts"].values() for each in asked]
    assert question["value"]["action_requests"][0]["name"] == "refund"

    command: Any = {"resume": {question["id"]: {"decisions": [{"type": "approve"}]}}}
    ended: Any = await studio.runs.wait(thread, "support_desk", command=command, context={"route_threshold": 0.4})
    assert (ended["outcome"], ended["actions"][0]["status"]) == ("acted", "done")

    assert [(line.action, line.args["amount"]) for line in await bank_log(server)] == [("refund", "180.00")]


@pytest.mark.parametrize(
    "given,context,told",
    [
        ({"customer_id": "C999"}, {}, "the bank knows no customer 'C999'"),
        ({"customer_id": 7}, {}, "routing cannot read Inquiry: customer_id Input should be a valid string"),
        ({}, {"route_threshold": "high"}, "context: route_threshold Input should be a valid number"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    studio: LangGraphClient, given: dict[str, Any], context: Any, told: str
) -> None:
    message = {"message": "How do I change my PIN?", **given}
    said: Any = await studio.runs.wait(None, "routing", input=message, context=context, raise_error=False)
    assert said["__error__"]["message"].startswith(told)


async def test_who_asks_may_be_left_out_and_the_server_drops_what_the_context_does_not_know(
    studio: LangGraphClient,
) -> None:
    given = {"message": "How do I change my PIN?"}
    said: Any = await studio.runs.wait(None, "routing", input=given, context={"bogus": 1})
    assert said["outcome"] == "answered"


async def worked(studio: LangGraphClient, graph: str, thread: str, message: Message, context: Any) -> Told:
    """One message on a thread of the server, with the answers to what it waits for; as `second_messages.seen`."""
    output: Any = await studio.runs.wait(thread, graph, input=message.inquiry, context=context)
    asked: list[Any] = []
    while (waits := (await studio.threads.get(thread))["interrupts"]) and len(asked) < MOST_QUESTIONS:
        each: list[Any] = [asking for of_task in waits.values() for asking in of_task]
        interrupt_id, question = first_question((asking["id"], asking["value"]) for asking in each)
        command: Any = {"resume": {interrupt_id: message.reply(len(asked))}}
        output = await studio.runs.wait(thread, graph, command=command, context=context)
        asked.append(question)
    state = await studio.threads.get_state(thread)
    return as_draft({"output": output, "asked": asked, "values": state["values"]})


async def second(studio: LangGraphClient, graph: str, pair: Pair) -> Told:
    """Both messages of a pair on one thread; what is seen of the second."""
    thread = (await studio.threads.create())["thread_id"]
    await worked(studio, graph, thread, pair.first, pair.context)
    return await worked(studio, graph, thread, pair.second, pair.context)


async def test_the_second_message_of_a_thread_gets_what_it_gets_alone(
    studio: LangGraphClient, server: Served, ready: Path, baton_home: Path
) -> None:
    furnish(baton_home, ready)
    here = baton_home / "bank.db"
    with closing(sqlite3.connect(server.home / "bank.db")) as theirs, closing(sqlite3.connect(here)) as ours:
        theirs.backup(ours)  # with what was done there before
    found: list[Told] = []
    for wave in WAVES:
        found += await asyncio.gather(*(second(studio, graph, PAIRS[name]) for graph, name in wave))
    alone, log = await each_alone((graph, PAIRS[name]) for wave in WAVES for graph, name in wave)
    assert len(found) == len(alone) == 10
    for told, expected in zip(found, alone, strict=True):
        assert differences(told, expected) == []
    assert sorted(lines(await bank_log(server)), key=str) == sorted(log, key=str)
