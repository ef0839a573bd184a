"""Measures what becomes of a batch at an endpoint that takes few requests: how much of its rate is used, what dies.

    python -m benchmarks.pace [--most 10] [--seconds 10] [--runs 200] [--processes 2] [--retry-after]

The processes share one home and work their halves of the runs, each run one call of a model, as many at once as a batch
has by default. The rate is what the endpoint took between its first answer and the last, against what it allows in that
time. Exit 1 where a run is not done, or less than 0.8 of the rate was used.
"""

import argparse
import asyncio
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from typing_extensions import TypedDict

from baton import TypedStateGraph
from baton.config.policies import MODEL_RETRY, STEP_TIMEOUT
from baton.models.asking import ask
from baton.records import Record
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.steps.dead_letters import dead_letter
from baton.storage.records import RunSummary
from benchmarks.limited_model import limited_model

WORK = "from benchmarks.pace import work; work({first}, {runs})"
LEAST_SHARE = 0.8
ROOT = Path(__file__).parents[1]


class Note(Record):
    """The record that is asked for."""

    text: str


class State(TypedDict, total=False):
    """The state of the graph."""

    number: int
    text: str


async def note(state: State) -> State:
    """Ask for one record."""
    return {"text": (await ask("cheap", Note, "Note it.", {"number": state["number"]})).text}


def main() -> int:
    """Measure, print and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pace")
    parser.add_argument("--most", type=int, default=10, help="requests that the endpoint takes in its window")
    parser.add_argument("--seconds", type=float, default=10.0, help="the window")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--retry-after", action="store_true", help="the endpoint says when to come back")
    asked = parser.parse_args()
    figures = measure(asked.most, asked.seconds, asked.runs, asked.processes, retry_after=asked.retry_after)
    sys.stdout.write(json.dumps(figures) + "\n")
    return int(figures["done"] < asked.runs or figures["share"] < LEAST_SHARE)


def measure(most: int, seconds: float, runs: int, processes: int, *, retry_after: bool) -> dict[str, Any]:
    """Work so many runs in so many processes; return how they ended, and the share of the rate that was used."""
    share = math.ceil(runs / processes)
    with (
        tempfile.TemporaryDirectory() as folder,
        limited_model(most, seconds, '{"text": "noted"}', retry_after=retry_after) as endpoint,
        ExitStack() as stack,
    ):
        own = {"BATON_HOME": folder, "BATON_MODEL_CHEAP": "openai:limited", "OPENAI_BASE_URL": endpoint.url}
        started = time.monotonic()
        workers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", WORK.format(first=first, runs=min(share, runs - first))],
                    env={**os.environ, **own},
                    cwd=ROOT,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for first in range(0, runs, share)
        ]
        told = [json.loads(worker.communicate()[0]) for worker in workers]
        counts = httpx.get(endpoint.url.removesuffix("/v1") + "/counts").json()
    took = counts["last"] - counts["first"]
    allowed = most + took * most / seconds  # a window is full at the start
    return {
        "done": sum(each["done"] for each in told),
        "dead_lettered": sum(each["dead_lettered"] for each in told),
        "seconds": round(took, 1),
        "whole_seconds": round(time.monotonic() - started, 1),
        "refused": int(counts["refused"]),
        "share": round(counts["taken"] / allowed, 3),
    }


def work(first: int, runs: int) -> None:
    """In a process of its own: work some runs, and print how they ended, and when the first and the last did."""
    asyncio.run(_work(first, runs))


async def _work(first: int, runs: int) -> None:
    builder: Any = TypedStateGraph(State)
    builder.set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    graph = builder.add_node("note", note).set_entry_point("note").compile(name="pace")
    statuses: list[str] = []

    def add(run: RunSummary) -> None:
        statuses.append(run["status"])

    async with open_resources() as resources:
        runner = Runner(resources, {"pace": graph}.__getitem__)
        jobs = [Job({"number": number}, f"r{number}") for number in range(first, first + runs)]
        threads = await runner.queue("pace", jobs)
        await runner.work(threads, done=add, concurrency=resources.settings.concurrency)
    sys.stdout.write(json.dumps({name: statuses.count(name) for name in ("done", "dead_lettered")}) + "\n")


if __name__ == "__main__":
    sys.exit(main())
