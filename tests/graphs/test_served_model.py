"""The local model as a process on loopback: the same answers as in this process, for our graphs and for any client."""

import asyncio
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import BadRequestError, OpenAI

from bank.clerk.desk import desk_bank
from baton.config.settings import settings
from baton.models.data_blocks import data_block
from baton.runs.registry import entries
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage.records import RunSummary
from state.desk import RouteChoice
from tests.graphs.test_inbox import LINES
from tests.ready import furnish
from tests.served import service

pytestmark = pytest.mark.slow

PICKED = LINES[::5]
ROLES = ("CLASSIFIER", "CHEAP", "STRONG", "JUDGE")
ROUTES = {"cards": "Delivery, activation, PIN and use of cards.", "fees": "Fees and exchange rates."}
ASKED: list[Any] = [
    {"role": "system", "content": "Choose a route."},
    {"role": "user", "content": data_block({"message": "How do I change my PIN?", "routes": ROUTES})},
]
TOOL: Any = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, ready: Path) -> Iterator[str]:
    home = tmp_path_factory.mktemp("model") / "home"
    furnish(home, ready)
    with service("models", "serve", home=home) as running:
        yield running.url


@pytest.fixture
def client(served: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=served, api_key="x", max_retries=0) as opened_client:
        yield opened_client


async def worked(graph: str) -> list[Any]:
    """What became of the messages, one after the other, and what the bank was asked to do."""
    settings.cache_clear()
    async with open_resources() as resources:
        runner = Runner(resources, lambda name: importlib.import_module(f"graphs.{name}").graph)
        jobs = [Job({name: line[name] for name in ("message", "customer_id")}, line["id"]) for line in PICKED]
        ended = [await runner.resume(thread) for thread in await runner.queue(graph, jobs)]
        log = await (await resources.resource(desk_bank)).log()
    told = [
        {**{name: run[name] for name in ("thread_id", "status", "output", "usage")}, "asked": questions(run)}
        for run in ended
    ]
    lines = [{**line.model_dump(exclude={"at"}), "idempotency_key": deskless(line.idempotency_key)} for line in log]
    return [*told, *lines]


def deskless(key: str) -> str:
    """A key without the desk, which is another one in each home."""
    thread, run, _, path = key.split(":", 3)
    return f"{thread}:{run}:{path}"


def questions(run: RunSummary) -> list[Any]:
    return [each["action_requests"] for each in run["waiting_for"]]


@pytest.mark.parametrize("graph", sorted(entries()))
def test_a_graph_gives_the_same_over_http_as_in_process(
    graph: str, served: str, ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for name in ("here", "there"):
        furnish(tmp_path / name, ready)
        monkeypatch.setenv("BATON_HOME", str(tmp_path / name))
        results.append(asyncio.run(worked(graph)))
        monkeypatch.setenv("OPENAI_BASE_URL", served)
        monkeypatch.setenv("OPENAI_API_KEY", "x")
        for role in ROLES:
            monkeypatch.setenv(f"BATON_MODEL_{role}", "openai:desk")
    here, there = results
    assert len(here) >= len(PICKED) == 8
    assert {run["status"] for run in here[: len(PICKED)]} <= {"done", "waiting"}
    assert there == here


def test_its_models_are_listed(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["desk"]


def test_a_structured_answer_is_parsed_by_the_sdk(client: OpenAI) -> None:
    answer = client.chat.completions.parse(model="desk", messages=ASKED, response_format=RouteChoice)
    choice = answer.choices[0].message.parsed
    assert choice is not None
    assert choice.route == "cards"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_a_stream_adds_up_to_the_structured_answer(client: OpenAI) -> None:
    whole = client.chat.completions.parse(model="desk", messages=ASKED, response_format=RouteChoice)
    with client.chat.completions.stream(model="desk", messages=ASKED, response_format=RouteChoice) as stream:
        pieces = [event.delta for event in stream if event.type == "content.delta"]
        final = stream.get_final_completion()
    assert len(pieces) > 1
    assert json.loads("".join(pieces)) == json.loads(whole.choices[0].message.content or "")
    assert final.choices[0].message.parsed == whole.choices[0].message.parsed


@pytest.mark.parametrize("more", [{}, {"tools": [TOOL]}, {"stream": True}])
def test_plain_chat_and_unknown_tools_get_an_honest_no(client: OpenAI, more: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError, match=r"no skill for plain text .*set BATON_MODEL_<ROLE>"):
        client.chat.completions.create(model="desk", messages=ASKED, **more)


def test_a_tool_that_must_be_called_and_is_not_known_is_named(client: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="look_up"):
        client.chat.completions.create(model="desk", messages=ASKED, tools=[TOOL], tool_choice="required")
