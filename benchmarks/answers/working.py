"""Works messages through a graph for a measurement, on a bank and a home that nothing else uses."""

import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from baton.config.settings import settings
from baton.runs import registry
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources, home_key
from baton.storage.database import Database
from baton.storage.records import RunSummary
from evals.experiment import TrialSettings
from evals.report.words import interval, number
from evals.statistics.intervals import wilson

CONCURRENCY = 4
Asked = tuple[str, str | None]
"""A message, and the id of the customer who sends it."""


async def work(graph: str, asked: Sequence[Asked]) -> list[RunSummary]:
    """Return what each message comes to, in their order; a customer's messages are each worked on a bank of their own.

    No message so meets what another one did. What waits for a person is left waiting.
    """
    ended = dict[int, RunSummary]()
    for batch in batches(who for _, who in asked):
        async with fresh_desk() as desk:
            runs = await work_at(Runner(desk, registry.load), graph, [asked[each] for each in batch])
        ended |= dict(zip(batch, runs, strict=True))
    return [ended[number] for number in range(len(asked))]


@asynccontextmanager
async def fresh_desk() -> AsyncIterator[Resources]:
    """Open a desk with a bank, a database and a home that are deleted at the end."""
    with tempfile.TemporaryDirectory() as home:
        own = TrialSettings.model_construct(**dict(settings()), trial_home=Path(home))
        resources = Resources(own, await Database.open(Path(home) / "runs.db"), home_key(), "benchmark")
        try:
            yield resources
        finally:
            await resources.close()


async def work_at(runner: Runner, graph: str, asked: Sequence[Asked]) -> list[RunSummary]:
    """Return what each message comes to at one desk, in their order."""
    ended = dict[str, RunSummary]()
    jobs = [Job({"message": text, "customer_id": who}, str(number)) for number, (text, who) in enumerate(asked)]
    threads = await runner.queue(graph, jobs)
    await runner.work(threads, done=lambda run: ended.update({run["thread_id"]: run}), concurrency=CONCURRENCY)
    return [ended[str(number)] for number in range(len(asked))]


def batches(customers: Iterable[str | None]) -> list[list[int]]:
    """Return the numbers of messages in groups in which no customer comes twice; strangers meet nobody's things."""
    seen, groups = defaultdict[str, int](int), defaultdict[int, list[int]](list)
    for each, who in enumerate(customers):
        groups[seen[who] if who else 0].append(each)
        if who:
            seen[who] += 1
    return list(groups.values())


def share_cells(good: int, n: int) -> tuple[str, str]:
    """Return the cells of a share: `0.953`, and its 95 % interval."""
    share = wilson(good, n).as_object()
    return number(share["mean"]), interval(share)
