"""Canaries: keys and card numbers put in wherever they may come in are in no file that Baton keeps."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from baton.errors import BatonError, Fatal, Transient
from baton.models.asking import ask
from baton.records import Record
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.steps.typed_graph import TypedStateGraph
from graphs.routing import graph as routing
from state.desk import Inquiry
from tests.baton.conftest import Endpoint, Reply, completion, endpoint, failure

__all__ = ["endpoint"]  # a fixture

KEY, ODD_KEY, CARD = "sk-canary0123456789abcd", "canary/of.no-known+form", "4111 1111 1111 1111"
SECRETS = (KEY, ODD_KEY, CARD, CARD.replace(" ", ""))


class Said(Record):
    text: str


async def fails(error: Exception) -> None:
    """A step of a graph that fails with an error that repeats secrets."""

    async def step(state: Inquiry) -> Inquiry:
        raise error

    builder = TypedStateGraph(Inquiry).add_node("step", step).add_edge("__start__", "step")
    with contextlib.suppress(BatonError, ValueError):
        await builder.compile().ainvoke({"message": f"my card {CARD}, my key {KEY}", "customer_id": None})


async def asks() -> None:
    """A step that asks a model, which repeats secrets."""

    async def step(state: Inquiry) -> Inquiry:
        said = await ask("judge", Said, "Say.", {"message": state["message"]})
        return {"message": said.text, "customer_id": None}

    builder = TypedStateGraph(Inquiry).add_node("step", step).add_edge("__start__", "step")
    with contextlib.suppress(BatonError):
        await builder.compile().ainvoke({"message": "hello", "customer_id": None})


def secrets_by_file(home: Path) -> dict[str, list[str]]:
    """Which secret stands in which file."""
    files = {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    return {name: [each for each in SECRETS if each.encode() in data] for name, data in files.items()}


async def test_ten_canaries_are_kept_nowhere(
    endpoint: Endpoint, baton_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", ODD_KEY)
    repeats = f"wrong key {KEY} and {ODD_KEY} for card {CARD}"
    async with open_resources() as resources:
        runner = Runner(resources, lambda _: routing)
        message = f"Hello, my card {CARD} has not arrived. Bearer {KEY[3:]} {KEY}"
        [thread] = await runner.queue("routing", [Job({"message": message, "customer_id": None})])
        with monkeypatch.context() as local:
            for role in ("classifier", "cheap", "strong", "judge"):
                local.setattr(resources.settings, f"model_{role}", "local:desk")
            await runner.resume(thread)
            await routing.ainvoke({"message": message, "customer_id": None})
        for reply in (failure(401, x_key=KEY), Reply(400, repeats.encode()), Reply(503, repeats.encode())):
            endpoint.will(reply)
            await asks()
        endpoint.will(completion(repeats))
        await asks()
        for error in (Fatal(repeats), Transient(repeats), ValueError(repeats)):
            await fails(error)
        wal = secrets_by_file(baton_home)
    assert set().union(*wal.values(), *secrets_by_file(baton_home).values()) == set()
    assert any(name.endswith("-wal") for name in wal), "the file was looked at while it was in use"


async def test_checkpoints_keep_no_secret_of_an_error_or_a_caller(baton_home: Path) -> None:
    async def step(state: Inquiry) -> Inquiry:
        raise ValueError(f"wrong key {KEY} for card {CARD}")

    builder = TypedStateGraph(Inquiry).add_node("step", step).add_edge("__start__", "step")
    async with open_resources() as resources:
        graph = builder.compile(checkpointer=resources.checkpointer)
        config: Any = {"configurable": {"thread_id": "one", "api_key": KEY}, "metadata": {"note": f"card {CARD}"}}
        with pytest.raises(ValueError, match="wrong key"):
            await graph.ainvoke({"message": "hello", "customer_id": None}, config)
        sql = "SELECT count(*) FROM writes WHERE channel = '__error__'"
        [errors] = await resources.database.do(lambda tx: tx.execute(sql).fetchone())
    assert errors == 1
    assert set().union(*secrets_by_file(baton_home).values()) == set()


async def test_a_message_is_masked_as_it_comes_in(baton_home: Path) -> None:
    async with open_resources() as resources:
        runner = Runner(resources, lambda _: routing)
        given: Any = {"message": f"card {CARD}!", "customer_id": None}
        [thread] = await runner.queue("routing", [Job(given)])
        sql = "SELECT input FROM runs WHERE thread_id = ?"
        row = await resources.database.do(lambda tx: tx.execute(sql, (thread,)).fetchone())
    assert row[0] == '{"message":"card [card ending 1111]!","customer_id":null}'
