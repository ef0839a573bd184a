"""Works messages through a graph for a measurement, on a bank and a home that nothing else uses."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from baton.config.settings import settings
from baton.runs import registry
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources, home_key
from baton.storage.database import Database
from baton.storage.records import RunSummary
from evals.experiment import TrialSettings

CONCURRENCY = 4
Asked = tuple[str, str | None]
"""A message, and the id of the customer who sends it."""


async def work(graph: str, asked: Sequence[Asked]) -> list[RunSummary]:
    """Return what each message comes to, in their order; a customer's messages are each worked on a bank of their own.

    No message so meets what another one did. What waits for a person is left waiting.
    """
    ended = dict[int, RunSummary]()
    with tempfile.TemporaryDirectory() as home:
        for number, batch in enumerate(_batches(asked)):
            folder = Path(home) / str(number)
            folder.mkdir(mode=0o700)
            ended |= await _work_batch(graph, {each: asked[each] for each in batch}, folder)
    return [ended[number] for number in range(len(asked))]


async def _work_batch(graph: str, asked: dict[int, Asked], home: Path) -> dict[int, RunSummary]:
    own = TrialSettings.model_construct(**dict(settings()), trial_home=home)
    resources = Resources(own, await Database.open(home / "runs.db"), home_key(), "benchmark")
    ended = dict[int, RunSummary]()
    try:
        runner = Runner(resources, registry.load)
        jobs = [Job({"message": text, "customer_id": who}, str(number)) for number, (text, who) in asked.items()]
        threads = await runner.queue(graph, jobs)
        keep = lambda run: ended.update({int(run["thread_id"]): run})  # noqa: E731 - one expression
        await runner.work(threads, done=keep, concurrency=CONCURRENCY)
    finally:
        await resources.close()
    return ended


def _batches(asked: Iterable[Asked]) -> list[list[int]]:
    """Return the numbers of the messages in groups in which no customer comes twice; strangers meet nobody's things."""
    seen, batches = defaultdict[str, int](int), defaultdict[int, list[int]](list)
    for number, (_, who) in enumerate(asked):
        batches[seen[who] if who else 0].append(number)
        if who:
            seen[who] += 1
    return list(batches.values())
