"""Runs through a server of llama.cpp: one that is killed loses and doubles nothing; a real one's tokens are counted."""

import asyncio
import importlib
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bank.clerk.desk import desk_bank
from baton.config.settings import Settings
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage.records import RunSummary
from tests.baton.llama.conftest import (  # noqa: F401 - fixtures
    ENDED_S,
    assert_gone,
    configure,
    gguf,
    killed_at_work,
    overheard,
    real_model,
    stand_in,
)
from tests.graphs.test_inbox import LINES

pytestmark = pytest.mark.slow

RUNS = 20
KILLS = 6
PAUSE_S = 1.0


async def worked(graph: str, lines: list[dict[str, Any]]) -> tuple[list[RunSummary], list[str]]:
    """The ended runs of some messages, and the key of each action that the bank was asked for."""
    async with open_resources() as resources:
        runner = Runner(resources, lambda name: importlib.import_module(f"graphs.{name}").graph)
        jobs = [Job({name: line[name] for name in ("message", "customer_id")}, line["id"]) for line in lines]
        ended: list[RunSummary] = []
        await runner.work(await runner.queue(graph, jobs), done=ended.append, concurrency=4)
        log = await (await resources.resource(desk_bank)).log()
    return ended, [line.idempotency_key for line in log if not line.replayed]


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("stand_in", "furnished")
def test_a_server_that_is_killed_during_twenty_runs_loses_and_doubles_nothing(
    tmp_path: Path,
    configure: Callable[..., Settings],  # noqa: F811 - the fixture
) -> None:
    configure(f"llama:{gguf(tmp_path / 'm.gguf')}", llama_slots=4)
    with killed_at_work(tmp_path / "home", KILLS, PAUSE_S):
        ended, keys = asyncio.run(worked("support_desk", LINES[:RUNS]))
    assert Counter(run["status"] in {"done", "waiting"} for run in ended) == {True: RUNS}
    assert max(Counter(keys).values()) == 1
    assert_gone(tmp_path, ENDED_S)


@real_model
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("furnished")
def test_the_tokens_of_a_real_models_run_are_those_that_its_server_reports(
    baton_home: Path,
    overheard: list[dict[str, Any]],  # noqa: F811 - the fixture
    configure: Callable[..., Settings],  # noqa: F811 - the fixture
) -> None:
    configure("llama:smollm2", model_timeout_s=300, llama_threads=1)
    started = time.monotonic()
    [run], _ = asyncio.run(worked("routing", LINES[:1]))
    assert run["status"] in {"done", "dead_lettered"}
    usage: Any = run["usage"]
    reported = sum(answer["usage"]["total_tokens"] for answer in overheard)
    assert usage["input_tokens"] + usage["output_tokens"] == reported > 0, f"{time.monotonic() - started:.0f} s"
    assert_gone(baton_home)
