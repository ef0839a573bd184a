"""The writer: shared commits, failures that stay their own, several processes, and nothing acknowledged is lost."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from baton.errors import StorageError
from baton.storage.database import Database
from baton.storage.sqlite_file import Connection
from baton.storage.transaction import Transaction

PUT = "INSERT INTO notes VALUES (?) ON CONFLICT DO NOTHING"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "baton.db")
    await opened.do(lambda tx: tx.execute("CREATE TABLE notes (note TEXT UNIQUE)"))
    yield opened
    await opened.close()


async def put(database: Database, note: str) -> int:
    return await database.do(partial(_put, note=note))


def _put(tx: Transaction, note: str) -> int:
    return int(tx.execute(PUT, (note,)).rowcount)


async def notes(database: Database) -> set[str]:
    return {row[0] for row in await database.do(lambda tx: tx.execute("SELECT note FROM notes").fetchall())}


def on_disk(path: Path) -> set[str]:
    """What another connection sees."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in connection.execute("SELECT note FROM notes")}


def program(source: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(source), *arguments]


async def test_what_was_done_is_on_disk_when_do_returns(database: Database) -> None:
    assert await put(database, "one") == 1
    assert on_disk(database.path) == {"one"}


async def test_work_that_is_asked_for_at_once_shares_commits(database: Database) -> None:
    commits = 0

    def count(statement: str) -> None:
        nonlocal commits
        commits += statement == "COMMIT"

    def watch(tx: Transaction) -> None:
        assert isinstance(tx, Connection)
        tx.set_trace_callback(count)

    await database.do(watch)
    await asyncio.gather(*(put(database, str(number)) for number in range(200)))
    assert len(await notes(database)) == 200
    assert commits < 100


async def test_a_failing_piece_of_work_does_not_sink_its_batch(database: Database) -> None:
    def fail(tx: Transaction) -> None:
        tx.execute(PUT, ("half",))
        raise KeyError("mine")

    def stop(tx: Transaction) -> None:
        tx.execute(PUT, ("half",))
        next(iter(()))

    pieces = [put(database, "one"), database.do(fail), put(database, "two"), database.do(stop), put(database, "three")]
    outcomes = await asyncio.gather(*pieces, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, KeyError, int, RuntimeError, int]
    assert on_disk(database.path) == {"one", "two", "three"}


async def test_a_broken_statement_is_the_callers_own_fault(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await database.do(lambda tx: tx.execute("SELECT * FROM nowhere"))
    assert await put(database, "one") == 1


async def test_what_is_posted_comes_before_what_is_asked_for_next(database: Database) -> None:
    for number in range(50):
        database.enqueue(partial(_put, note=str(number)))
    assert len(await notes(database)) == 50


async def test_a_caller_that_is_cancelled_leaves_its_work_whole(database: Database) -> None:
    asking = asyncio.ensure_future(put(database, "one"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await notes(database) == {"one"}


async def test_closing_finishes_what_is_queued_and_takes_no_more(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "baton.db")
    await database.do(lambda tx: tx.execute("CREATE TABLE notes (note TEXT UNIQUE)"))
    asked = [asyncio.ensure_future(put(database, str(number))) for number in range(20)]
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(database.close())
    await asyncio.sleep(0)
    with pytest.raises(StorageError, match="closed"):
        await put(database, "late")
    await asyncio.gather(closing, *asked)
    assert len(on_disk(database.path)) == 20


@pytest.mark.parametrize("seconds", [2, 8])
async def test_a_foreign_lock_is_waited_out_with_the_loop_free(database: Database, seconds: int) -> None:
    with contextlib.closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asking = asyncio.ensure_future(put(database, "one"))
        started = time.monotonic()
        ticks = 0
        while time.monotonic() - started < seconds:
            await asyncio.sleep(0.01)
            ticks += 1
        assert ticks > 10 * seconds
        assert not asking.done()
        other.execute("COMMIT")
    assert await asking == 1


async def test_a_full_disk_is_told_to_everyone_who_waits_and_passes(database: Database) -> None:
    pages = await database.do(lambda tx: tx.execute("PRAGMA page_count").fetchone()[0])
    await database.do(lambda tx: tx.execute(f"PRAGMA max_page_count={pages}").fetchone())
    with pytest.raises(StorageError, match="full"):
        await put(database, "x" * 100_000)
    await database.do(lambda tx: tx.execute("PRAGMA max_page_count=1000000").fetchone())
    assert await put(database, "one") == 1
    assert on_disk(database.path) == {"one"}


async def test_a_fault_of_the_file_within_a_piece_of_work_names_the_file(database: Database) -> None:
    def write_what_can_only_be_read(tx: Transaction) -> None:
        tx.execute("PRAGMA query_only=1")
        try:
            tx.execute(PUT, ("one",))
        finally:
            tx.execute("PRAGMA query_only=0")

    with pytest.raises(StorageError, match=r"baton\.db.*readonly"):
        await database.do(write_what_can_only_be_read)
    assert await put(database, "two") == 1


WRITER = """
    import asyncio, sys
    from pathlib import Path
    from baton.storage.database import Database

    async def main(path, name, count):
        database = await Database.open(Path(path))
        await database.do(lambda tx: tx.execute("CREATE TABLE IF NOT EXISTS notes (note TEXT UNIQUE)"))

        async def put(note):
            await database.do(lambda tx: tx.execute("INSERT INTO notes VALUES (?)", (note,)))
            print(note, flush=True)

        for start in range(0, count, 5):
            await asyncio.gather(*(put(f"{name}-{number}") for number in range(start, start + 5)))
        await database.close()

    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.fixture
def python_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))


@pytest.mark.usefixtures("python_path")
def test_eight_processes_write_one_file_that_none_of_them_found(tmp_path: Path) -> None:
    path = tmp_path / "baton.db"
    names = [f"p{number}" for number in range(8)]
    running = [
        subprocess.Popen(program(WRITER, str(path), name, "25"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for name in names
    ]
    told = [process.communicate()[1].decode() for process in running]
    assert [process.returncode for process in running] == [0] * 8, told
    assert on_disk(path) == {f"{name}-{number}" for name in names for number in range(25)}


RUNS = """
    import asyncio, os, sys
    from typing_extensions import TypedDict
    from baton import TypedStateGraph

    class State(TypedDict):
        text: str

    async def first(state: State) -> State:
        return state

    async def second(state: State) -> State:
        return state

    builder = TypedStateGraph(State).add_node(first).add_node(second)
    graph = builder.add_edge("__start__", "first").add_edge("first", "second").compile(name="echo")

    async def main(name):
        at = lambda number: {"configurable": {"thread_id": f"{name}-{number}"}}
        await asyncio.gather(*(graph.ainvoke({"text": "hello"}, at(number)) for number in range(10)))

    workers = []
    for number in range(8):  # forked where everything is imported and nothing is open
        workers.append(os.fork())
        if not workers[-1]:
            asyncio.run(main(f"p{number}"))
            sys.exit()
    sys.exit(max(os.waitpid(worker, 0)[1] for worker in workers) != 0)
"""


@pytest.mark.slow
@pytest.mark.usefixtures("python_path")
def test_eight_processes_work_ten_runs_each_at_once(baton_home: Path) -> None:
    done = subprocess.run(program(RUNS), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "locked" not in done.stderr
    with contextlib.closing(sqlite3.connect(baton_home / "baton.db")) as connection:
        assert connection.execute("SELECT status, count(*) FROM runs GROUP BY status").fetchall() == [("done", 80)]


@pytest.mark.usefixtures("python_path")
@pytest.mark.parametrize("lines", [1, 7, 40])
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "baton.db"
    with subprocess.Popen(program(WRITER, str(path), "p", "1000000"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = {process.stdout.readline().strip() for _ in range(lines)}
        os.kill(process.pid, signal.SIGKILL)
        acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
    assert len(acknowledged) >= lines
    assert acknowledged <= on_disk(path)


def synchronous(tx: Transaction) -> int:
    return int(tx.execute("PRAGMA synchronous").fetchone()[0])


async def test_only_what_must_outlive_a_power_cut_waits_for_the_disk(database: Database) -> None:
    normal, full = 1, 2
    assert await database.do(synchronous, durable=False) == normal
    assert await database.do(synchronous) == full
    both = await asyncio.gather(database.do(synchronous, durable=False, can_wait=True), database.do(synchronous))
    assert both[1] == full
