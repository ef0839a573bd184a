"""Other processes that work runs, to be killed, stopped and raced; forked from a server that has the imports."""

import asyncio
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from baton.config.settings import settings
from baton.errors import UsageError
from tests.baton.payments import desk, place, wait_for

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["baton.runs.runner", "baton.storage.show", "baton.steps.approvals", "baton.steps.effects", "langgraph.graph"]
)
Told = dict[str, Any]


@contextmanager
def process(target: Callable[..., Any], *args: Any) -> Iterator[ForkServerProcess]:
    """`target(*args)` in another process, in this test's home; it does not outlive the block."""
    environment = {name: value for name, value in os.environ.items() if name.startswith("BATON_")}
    started = CONTEXT.Process(target=_within, args=(environment, str(Path.cwd()), target, args))
    started.start()
    try:
        yield started
    finally:
        started.kill()
        started.join()
        started.close()


def raced(target: Callable[..., Any], asked: dict[str, tuple[Any, ...]]) -> dict[str, Told]:
    """What came of `target(*args, name)` in one process for each name, all let go at once."""
    with ExitStack() as processes:
        for name, args in asked.items():
            processes.enter_context(process(target, *args, name))
        for name in asked:
            wait_for(place() / f"{name}.ready")
        (place() / "go").touch()
        for name in asked:
            wait_for(place() / f"{name}.json")
    return {name: told(name) for name in asked}


def _within(environment: dict[str, str], folder: str, target: Callable[..., Any], args: tuple[Any, ...]) -> None:
    os.environ.update(environment)
    os.chdir(folder)
    settings.cache_clear()
    target(*args)


def work(threads: list[str], ready: str = "ready") -> None:
    """Work runs, and say so first."""

    async def working() -> None:
        async with desk() as (runner, _):
            (place() / ready).touch()
            await runner.work(threads, done=lambda _: None, concurrency=16)

    asyncio.run(working())


def resume(thread: str, name: str) -> None:
    """Resume one run once `go` is there; `NAME.json` keeps what came of it."""
    _told(name, lambda runner: runner.resume(thread))


def decide(thread: str, reply: Told, name: str) -> None:
    """Decide one run once `go` is there; `NAME.json` keeps what came of it."""
    _told(name, lambda runner: runner.decide(thread, reply))


def _told(name: str, act: Callable[[Any], Any]) -> None:
    async def acting() -> Told:
        async with desk() as (runner, _):
            (place() / f"{name}.ready").touch()
            while not (place() / "go").exists():  # noqa: ASYNC110 - the barrier between processes is a file
                await asyncio.sleep(0.001)
            try:
                return {"status": (await act(runner))["status"]}
            except UsageError as refused:
                return {"refused": type(refused).__name__, "told": str(refused)}

    told = json.dumps(asyncio.run(acting()))
    (place() / f"{name}.part").write_text(told)
    (place() / f"{name}.part").rename(place() / f"{name}.json")


def told(name: str) -> Told:
    """What came of it."""
    found: Told = json.loads((place() / f"{name}.json").read_text())
    return found
