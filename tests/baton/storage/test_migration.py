"""Databases of earlier Batons: nothing in them is lost, what was begun goes on, and nothing is done twice."""

import asyncio
import json
import re
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from baton import Job
from baton.config.home import database_file
from baton.errors import StorageError, TamperedCheckpoint
from baton.runs.runner import Runner
from baton.runtime.resources import Resources
from baton.storage import sqlite_file
from baton.storage.records import RunSummary
from baton.storage.sqlite_file import SCHEMA_VERSION, open_database
from tests.baton import payments
from tests.baton.older import TABLES, as_before
from tests.baton.payments import desk, paid, place, queued
from tests.baton.processes import process, raced, work
from tests.baton.questions import Reply, approve, edit, questions, reject
from tests.baton.repairs import break_at, repair, shop

PAYMENT = payments.GRAPHS["payment"]
CONFIG: Any = {"configurable": {"thread_id": "one"}}


@pytest.fixture(autouse=True)
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.3")


def tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All that is in a file, each table in its own order."""
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        names = [name for (name,) in file.execute(TABLES)]
        return {name: [dict(row) for row in file.execute(f"SELECT * FROM {name}")] for name in names}  # noqa: S608


def shape(path: Path) -> tuple[Any, ...]:
    """The columns of a file, wherever they stand in their tables, its indexes, keys and checks."""
    with closing(sqlite3.connect(path)) as file:
        names = [name for (name,) in file.execute(TABLES)]
        columns = {name: {row[1:] for row in file.execute(f"PRAGMA table_info({name})")} for name in names}
        written = file.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    made = {(kind, name): sql or "" for kind, name, sql in written}
    indexes = {name: sql for (kind, name), sql in made.items() if kind == "index"}
    rules = {each: re.findall(r"(?:UNIQUE|PRIMARY KEY|CHECK) \([^)]*\)", sql) for each, sql in made.items()}
    return columns, indexes, rules


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        found: int = file.execute("PRAGMA user_version").fetchone()[0]
        return found


async def busy() -> None:
    """A desk with a run that waits, one that is dead-lettered, one that is done, and something in every table."""
    break_at("ship")
    async with shop() as (runner, resources):
        for thread, graph in (("waits", "answered"), ("parked", "line"), ("one", "spread")):
            await runner.queue(graph, [Job({"amount": 3}, thread)])
            await runner.resume(thread)
        mark = "INSERT INTO counters (thread_id, run, name, mark) VALUES ('one', 1, 'rounds', 'first')"
        await resources.database.do(lambda tx: tx.execute(mark).rowcount)


@pytest.mark.parametrize("schema", [1, 2, 3])
async def test_every_row_keeps_its_values_and_its_place_and_is_of_the_first_run(schema: int) -> None:
    await busy()
    as_before(schema)
    before = tables(database_file())
    assert version(database_file()) == schema
    open_database(database_file()).close()
    after = tables(database_file())
    assert all(before.values()), "there was something in every table"
    for table, rows in before.items():
        assert [{name: now[name] for name in row} for row, now in zip(rows, after[table], strict=True)] == rows, table
        assert {row.get("run", 1) for row in after[table]} == {1}
    assert all("run" in after[table][0] for table in ("runs", "effects", "approvals", "dead_letters", "counters"))


@pytest.mark.parametrize("schema", [1, 2, 3])
async def test_a_migrated_file_is_like_a_new_one(schema: int, tmp_path: Path) -> None:
    await busy()
    as_before(schema)
    open_database(database_file(), thorough=True).close()
    open_database(tmp_path / "new.db").close()
    assert version(database_file()) == version(tmp_path / "new.db") == SCHEMA_VERSION
    assert shape(database_file()) == shape(tmp_path / "new.db")


@pytest.mark.parametrize(
    "reply, ended, amounts",
    [(approve(), {"receipt": {"paid": 7}}, [7]), (edit(5), {"receipt": {"paid": 5}}, [5]), (reject(), None, [])],
    ids=["approve", "edit", "reject"],
)
async def test_a_run_that_waited_is_decided_and_goes_on(reply: Reply, ended: Any, amounts: list[int]) -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, _):
        await runner.resume("one")
    as_before(2)
    async with desk() as (runner, resources):
        [asked] = await questions(resources, "one")
        run = await runner.decide("one", {**reply, "digest": asked["digest"]}, by="ann")
        row = await resources.database.do(lambda tx: dict(tx.execute("SELECT * FROM approvals").fetchone()))
    assert (run["status"], run["run"], run["output"]) == ("done", 1, ended)
    assert (row["decided_by"], row["channel"]) == ("ann", "library")
    assert paid() == [("one:1:pay@1/pay:0", amount) for amount in amounts]


async def test_of_two_questions_one_is_decided_before_and_one_after() -> None:
    await queued("one", graph="branches")
    async with desk() as (runner, resources):
        await runner.resume("one")
        left, right = await questions(resources, "one")
        await runner.decide("one", approve(), interrupt_id=left["interrupt_id"])
    as_before(2)
    async with desk() as (runner, resources):
        [asked] = await questions(resources, "one")
        assert asked["interrupt_id"] == right["interrupt_id"]
        assert (await runner.decide("one", approve()))["output"] == {"receipt": {"paid": 14}}
    sides = [(f"one:1:pay_approved@1/pay:{side}", 7) for side in ("left", "right")]
    assert paid() == [("one:book:0", 1), *sides]


def killed(point: str, graph: str) -> None:
    """Let the process of a run die there."""
    (place() / f"{point}.kill").touch()
    asyncio.run(queued("one", graph=graph))
    with process(work, ["one"]) as working:
        working.join(20)
        assert working.exitcode == -signal.SIGKILL


async def resumed() -> RunSummary:
    async with desk() as (runner, _):
        return await runner.resume("one")


@pytest.mark.parametrize("point", ["sending", "sent"])
def test_an_effect_that_was_begun_is_ended_under_its_old_key_and_not_fired_under_another(point: str) -> None:
    killed(point, "payment")
    as_before(2)
    assert [(row["key"], row["status"]) for row in tables(database_file())["effects"]] == [("one:book:0", "pending")]
    assert asyncio.run(resumed())["output"] == {"receipt": {"paid": 7}}
    assert paid() == [("one:book:0", 1), ("one:1:pay@1/pay:0", 7)]


@pytest.mark.parametrize("point, times", [("sending", 0), ("sent", 1)])
def test_an_effect_that_was_begun_where_nobody_de_duplicates_is_in_doubt(point: str, times: int) -> None:
    killed(point, "mute")
    as_before(2)
    run = asyncio.run(resumed())
    assert run["status"] == "dead_lettered"
    assert "one:pay_mute:0 was started and its outcome is unknown" in str(run["error"])
    assert paid() == [("one:pay_mute:0", 7)] * times


def test_a_step_that_was_paid_for_and_runs_again_gets_its_receipt() -> None:
    killed("thank", "payment")
    as_before(2)
    with closing(sqlite3.connect(database_file())) as file:
        file.executescript("DELETE FROM checkpoints; DELETE FROM writes")
    assert asyncio.run(resumed())["output"] == {"receipt": {"paid": 7}}
    assert paid() == [("one:book:0", 1), ("one:pay:0", 7)]


async def test_a_letter_is_replayed_by_its_old_name_and_nothing_is_paid_again() -> None:
    break_at("ship")
    async with shop() as (runner, _):
        await runner.queue("line", [Job({"amount": 7}, "one")])
        await runner.resume("one")
    as_before(2)
    repair("ship")
    async with shop() as (runner, _):
        [letter] = (await runner.summary("one"))["dead_letters"]
        run = await runner.replay(letter)
    assert (run["status"], run["output"], run["dead_letters"]) == ("done", {"receipt": {"paid": 7}}, [])
    assert paid() == [("one:book:0", 1), ("one:pay:0", 7)]


@pytest.mark.parametrize("bare", [True, False])
async def test_a_thread_goes_on_with_a_second_run_that_pays_under_keys_of_its_own(*, bare: bool) -> None:
    async def once(runner: Runner, resources: Resources, *, further: bool) -> Any:
        if bare:
            return await PAYMENT.copy({"checkpointer": resources.checkpointer}).ainvoke({"amount": 7}, CONFIG)
        await runner.queue("payment", [Job({"amount": 7}, "one")], further=further)
        return (await runner.resume("one"))["output"]

    async with desk() as (runner, resources):
        await once(runner, resources, further=False)
    as_before(2)
    async with desk() as (runner, resources):
        assert await once(runner, resources, further=True) == {"receipt": {"paid": 7}}
        assert [(await runner.summary("one", run=run))["status"] for run in (1, 2)] == ["done", "done"]
    assert paid() == [("one:book:0", 1), ("one:pay:0", 7), ("one:2:book@1/pay:0", 1), ("one:2:pay@1/pay:0", 7)]


CHANGES = {
    "input": "UPDATE runs SET input = replace(input, '7', '8')",
    "the question": "UPDATE approvals SET request = replace(request, '7', '1')",
    "the digest": "UPDATE approvals SET digest = 'another'",
    "the run's number": "UPDATE runs SET run = 2; UPDATE approvals SET run = 2",
}


@pytest.mark.parametrize("sql", CHANGES.values(), ids=CHANGES)
async def test_what_was_sealed_before_is_held_against_its_old_seal(sql: str) -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, _):
        await runner.resume("one")
    as_before(2)
    async with desk() as (runner, resources):
        await resources.database.do(lambda tx: [tx.execute(each).rowcount for each in sql.split(";")])
        try:
            run = await runner.decide("one", approve())
        except TamperedCheckpoint as refused:
            told = str(refused)
        else:
            assert run["status"] == "failed"
            told = str(run["error"])
    assert "restore the database or the key" in told
    assert paid() == []


def opening(name: str) -> None:
    """Open the database once `go` is there; `NAME.json` keeps what came of it."""
    (place() / f"{name}.ready").touch()
    while not (place() / "go").exists():
        time.sleep(0.001)
    try:
        open_database(database_file()).close()
        told: dict[str, Any] = {"version": version(database_file())}
    except StorageError as refused:
        told = {"refused": str(refused)}
    (place() / f"{name}.part").write_text(json.dumps(told))
    (place() / f"{name}.part").rename(place() / f"{name}.json")


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_of_several_processes_that_open_a_file_at_once_one_migrates_it(schema: int) -> None:
    asyncio.run(busy())
    as_before(schema)
    before = tables(database_file())
    ended = raced(opening, {f"opener-{number}": () for number in range(4)})
    assert list(ended.values()) == [{"version": SCHEMA_VERSION}] * 4
    after = tables(database_file())
    assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_a_migration_that_fails_leaves_the_file_as_it_was(schema: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(busy())
    as_before(schema)
    before = tables(database_file())
    monkeypatch.setattr(sqlite_file, "MADE_ANEW", (*sqlite_file.MADE_ANEW, "no_such_table"))
    monkeypatch.setattr(sqlite_file, "ADD_URGENCY", (*sqlite_file.ADD_URGENCY, "DROP TABLE no_such_table"))
    with pytest.raises(StorageError, match="cannot use the database"):
        open_database(database_file())
    assert (version(database_file()), tables(database_file())) == (schema, before)
