"""The plumbing: opened once, closed whole, and no trouble where it is called bare."""

import asyncio
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typing_extensions import TypedDict

from baton.config.settings import Settings
from baton.errors import BadSetting, StorageError
from baton.runtime.resources import Resources, checkpointer, current_resources, home_key, open_resources
from baton.steps.typed_graph import TypedStateGraph
from baton.storage.sqlite_file import connect_for_reading


class State(TypedDict):
    text: str


async def echo(state: State) -> State:
    return state


graph = TypedStateGraph(State).add_node(echo).add_edge("__start__", "echo").compile(name="echo")


def writers() -> int:
    return sum(thread.name == "baton-writer" for thread in threading.enumerate())


async def test_it_is_opened_once_for_all_who_ask_at_once() -> None:
    async with open_resources() as first:
        assert {id(each) for each in await asyncio.gather(*(current_resources() for _ in range(20)))} == {id(first)}


async def test_when_it_could_not_be_opened_it_is_tried_anew(baton_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_HOME", "/proc/desk")
    with pytest.raises(StorageError):
        await current_resources()
    monkeypatch.setenv("BATON_HOME", str(baton_home))
    async with open_resources() as now:
        assert now.database.path == baton_home / "baton.db"


async def test_the_servers_checkpointer_is_the_plumbings_own() -> None:
    async with checkpointer() as saver:
        assert saver is (await current_resources()).checkpointer


async def test_a_closed_plumbing_takes_no_work() -> None:
    async with open_resources() as everything:
        pass
    with pytest.raises(StorageError, match="closed"):
        everything.database.enqueue(lambda tx: tx.execute("SELECT 1"))


async def test_a_resource_is_opened_once_and_closed_with_the_rest() -> None:
    told: list[str] = []

    @asynccontextmanager
    async def bank(_: Settings) -> AsyncIterator[str]:
        told.append("open")
        await asyncio.sleep(0)
        yield "bank"
        told.append("closed")

    async with open_resources() as everything:
        assert set(await asyncio.gather(*(everything.resource(bank) for _ in range(5)))) == {"bank"}
        assert told == ["open"]
    assert told == ["open", "closed"]


async def test_a_resource_that_failed_to_open_is_tried_anew(resources: Resources) -> None:
    tried: list[int] = []

    @asynccontextmanager
    async def bank(_: Settings) -> AsyncIterator[str]:
        tried.append(1)
        if len(tried) == 1:
            raise BadSetting("not yet")
        yield "bank"

    with pytest.raises(BadSetting):
        await resources.resource(bank)
    assert await resources.resource(bank) == "bank"


async def test_one_caller_that_gives_up_does_not_spoil_a_resource_for_the_others(resources: Resources) -> None:
    release = asyncio.Event()

    @asynccontextmanager
    async def bank(_: Settings) -> AsyncIterator[str]:
        await release.wait()
        yield "bank"

    asking = [asyncio.ensure_future(resources.resource(bank)) for _ in range(2)]
    await asyncio.sleep(0)
    asking[0].cancel()
    release.set()
    assert await asking[1] == "bank"


def test_bare_calls_in_loops_of_their_own_pile_nothing_up() -> None:
    before = writers()
    for _ in range(5):
        assert asyncio.run(graph.ainvoke({"text": "hello"})) == {"text": "hello"}

    async def look() -> list[str]:
        async with open_resources() as everything:
            rows = await everything.database.do(lambda tx: tx.execute("SELECT status FROM runs").fetchall())
            return [row[0] for row in rows]

    assert asyncio.run(look()) == ["done"] * 5
    for thread in threading.enumerate():
        if thread.name == "baton-writer":
            thread.join(timeout=5)
    assert writers() <= before


def test_the_key_is_made_once_and_for_its_owner_alone(baton_home: Path) -> None:
    key = home_key()
    assert len(key) == 32
    assert home_key() == key
    assert [path.name for path in baton_home.iterdir()] == ["seal.key"]
    assert (baton_home / "seal.key").stat().st_mode & 0o077 == 0


def test_threads_that_start_at_once_agree_on_the_key(baton_home: Path) -> None:
    for _ in range(50):
        (baton_home / "seal.key").unlink(missing_ok=True)
        keys: list[bytes] = []
        barrier = threading.Barrier(4)

        def start(barrier: threading.Barrier = barrier, keys: list[bytes] = keys) -> None:
            barrier.wait()
            keys.append(home_key())

        threads = [threading.Thread(target=start) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(keys) == 4
        assert len(set(keys)) == 1


LIGHT = """
    import sys
    import baton, baton.config.home, baton.runs.registry, baton.storage.sqlite_file
    import baton.storage.adhoc_rows, baton.storage.dead_letter_rows, baton.storage.show, baton.storage.summaries
    heavy = {"langgraph", "langchain_core", "langchain_openai", "openai", "pydantic", "httpx", "httpx2", "asyncio"}
    print(sorted(heavy & set(sys.modules)))
"""


def test_importing_the_package_loads_nothing_heavy_and_opens_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    program = [sys.executable, "-c", textwrap.dedent(LIGHT)]
    done = subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


async def test_a_caller_that_gives_up_just_as_a_resource_is_open_does_not_have_it_opened_twice() -> None:
    opened: list[int] = []
    release, ready = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def bank(_: Settings) -> AsyncIterator[str]:
        opened.append(1)
        await release.wait()
        ready.set()
        yield "bank"

    async with open_resources() as everything:
        asking = asyncio.ensure_future(everything.resource(bank))
        await asyncio.sleep(0.01)
        release.set()
        await ready.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await everything.resource(bank), opened) == ("bank", [1])


async def test_what_was_recorded_is_on_disk_though_a_resource_fails_to_close(baton_home: Path) -> None:
    @asynccontextmanager
    async def bank(_: Settings) -> AsyncIterator[str]:
        yield "bank"
        raise OSError("it would not close")

    async def use() -> None:
        async with open_resources() as everything:
            await everything.resource(bank)
            everything.database.enqueue(lambda tx: tx.execute("INSERT INTO about VALUES ('last', 'word')"))

    before = writers()
    with pytest.raises(OSError, match="it would not close"):
        await use()
    assert writers() == before
    with connect_for_reading(baton_home / "baton.db") as tx:
        assert tx.execute("SELECT value FROM about WHERE name = 'last'").fetchone()[0] == "word"


async def test_what_is_being_opened_when_its_caller_gives_up_is_used_and_closed_by_the_next() -> None:
    async def use() -> None:
        async with open_resources():
            pass

    before, first = writers(), asyncio.ensure_future(use())
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await use()
    await asyncio.sleep(0.2)
    assert writers() == before
