"""Works messages through a graph for a measurement, on a bank and a home that nothing else uses."""

from collections.abc import Sequence

from baton.runs import registry
from baton.runs.runner import Job, Runner
from baton.storage.records import RunSummary
from evals.fresh_desks import batches, fresh_desk
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


async def work_at(runner: Runner, graph: str, asked: Sequence[Asked]) -> list[RunSummary]:
    """Return what each message comes to at one desk, in their order."""
    ended = dict[str, RunSummary]()
    jobs = [Job({"message": text, "customer_id": who}, str(number)) for number, (text, who) in enumerate(asked)]
    threads = await runner.queue(graph, jobs)
    await runner.work(threads, done=lambda run: ended.update({run["thread_id"]: run}), concurrency=CONCURRENCY)
    return [ended[str(number)] for number in range(len(asked))]


def share_cells(good: int, n: int) -> tuple[str, str]:
    """Return the cells of a share: `0.953`, and its 95 % interval."""
    share = wilson(good, n).as_object()
    return number(share["mean"]), interval(share)
