"""Works the runs of an experiment or of its judge, and keeps what each came to as it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from baton.runs.runner import Runner
from baton.storage.records import RunSummary

ENDED = {"done", "waiting", "failed", "dead_lettered"}


async def work_and_keep(
    runner: Runner,
    threads: Iterable[str],
    keep: Callable[[RunSummary], Awaitable[None]],
    *,
    done: Callable[[RunSummary], None],
    concurrency: int,
) -> None:
    """Work the runs of these threads concurrently; `done` is called with each, and those that ended are kept."""
    keeping: list[asyncio.Future[None]] = []

    def on_end(run: RunSummary) -> None:
        done(run)
        if run["status"] in ENDED:
            keeping.append(asyncio.ensure_future(keep(run)))

    try:
        await runner.work(threads, done=on_end, concurrency=concurrency)
    finally:
        await asyncio.gather(*keeping)
