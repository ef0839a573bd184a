"""CPU of a durable run of the chain, by hand and with Baton, in turn on the same messages."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from app.inbox import sample_messages
from baton import Job, Runner, open_resources
from baton.config.settings import settings
from benchmarks.by_hand.desk import Desk
from benchmarks.by_hand.flow import chain
from benchmarks.conformance.sides import local_model
from graphs.chaining import graph

MODEL = "desk"
Work = Callable[[list[dict[str, Any]], Path], Coroutine[Any, Any, float]]


class Cpu(NamedTuple):
    """Milliseconds of CPU a run, medians of the rounds, and the median of the rounds' ratios (Baton to by hand)."""

    by_hand_ms: float
    with_baton_ms: float
    ratio: float


async def work_by_hand(messages: list[dict[str, Any]], folder: Path) -> float:
    """Work the messages one after the other on a new file, and return the CPU seconds."""
    desk = Desk(folder / "by_hand.db", chain, local_model(MODEL))
    started = time.process_time()
    for number, message in enumerate(messages):
        desk.queue(str(number), message)
        assert (await desk.work(str(number))).status in {"done", "dead_lettered"}
    spent = time.process_time() - started
    desk.journal.close()
    return spent


async def work_with_baton(messages: list[dict[str, Any]], _folder: Path) -> float:
    """Work the messages one after the other in a new home, and return the CPU seconds, pending writes included."""
    async with open_resources() as resources:
        runner = Runner(resources, lambda _name: graph)
        started = time.process_time()
        for number, message in enumerate(messages):
            await runner.queue("chaining", [Job(message, str(number))])
            assert (await runner.resume(str(number)))["status"] in {"done", "dead_lettered"}
        await resources.database.do(lambda _: None)
        return time.process_time() - started


SIDES: dict[str, Work] = {"by hand": work_by_hand, "with Baton": work_with_baton}


def measure(rounds: int) -> Cpu:
    """Return the figures of so many rounds after one that warms up; each side goes first in every other round."""
    messages, spent = sample_messages(), dict[str, list[float]]({side: [] for side in SIDES})
    for number in range(rounds + 1):
        for side in sorted(SIDES, reverse=bool(number % 2)):
            seconds = _in_new_home(SIDES[side], messages)
            if number:
                spent[side].append(seconds / len(messages) * 1000)
    ratios = [theirs / ours for theirs, ours in zip(spent["with Baton"], spent["by hand"], strict=True)]
    return Cpu(median(spent["by hand"]), median(spent["with Baton"]), median(ratios))


def _in_new_home(work: Work, messages: list[dict[str, Any]]) -> float:
    with tempfile.TemporaryDirectory() as place:
        before, os.environ["BATON_HOME"] = os.environ["BATON_HOME"], place
        settings.cache_clear()
        try:
            return asyncio.run(work(messages, Path(place)))
        finally:
            os.environ["BATON_HOME"] = before
            settings.cache_clear()
