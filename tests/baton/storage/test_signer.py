"""Rows that are acted on: one that somebody without the key changed is refused in a line, and nothing is done."""

from typing import Any

import pytest

from baton import Job
from baton.errors import TamperedCheckpoint
from baton.runtime.resources import Resources
from baton.storage import summaries
from baton.storage.signer import SIGNED, SIGNED_BEFORE, Signer
from tests.baton.older import SEALED_2, as_before, mark_before
from tests.baton.payments import chain, desk, paid, pay, queued
from tests.baton.questions import approve, reject

KEY = b"k" * 32
ROWS: dict[str, dict[str, Any]] = {rows: {**dict.fromkeys(names, "{}"), "run": 1} for rows, names in SIGNED.items()}
COLUMNS = [(rows, column) for rows, names in SIGNED.items() for column in names]
COLUMNS_BEFORE = [(rows, column) for rows in SIGNED_BEFORE for column in SEALED_2[rows]]
RUN = {
    "input": "UPDATE runs SET input = replace(input, '7', '8')",
    "graph": "UPDATE runs SET graph = 'mute'",
    "context": "UPDATE runs SET context = '{\"limit\": 9}'",
    "fingerprint": "UPDATE runs SET fingerprint = 'another'",
    "budget": "UPDATE runs SET budget_tokens = 10000000",
    "thread": "UPDATE runs SET thread_id = 'one' WHERE thread_id = 'two'",
    "seal": "UPDATE runs SET seal = NULL",
}
QUESTION = {
    "what the person sees": "UPDATE approvals SET request = replace(request, '7', '1')",
    "the digest": "UPDATE approvals SET digest = 'another'",
    "its id": "UPDATE approvals SET interrupt_id = interrupt_id || 'x'",
}
FORGED = '{"type": "approve", "args": {"amount": 7}, "message": ""}'


async def change(resources: Resources, sql: str, *values: Any) -> None:
    await resources.database.do(lambda tx: [tx.execute(each, values) for each in sql.split(";")])


def one_line(told: Any) -> str:
    assert "restore" in str(told)
    assert "\n" not in str(told)
    return str(told)


def others(rows: str, column: str) -> list[dict[str, Any]]:
    return [{**ROWS[rows], column: other} for other in ("other", None, 2)]


@pytest.mark.parametrize("rows, column", COLUMNS)
def test_a_seal_holds_for_every_column_of_its_row_and_for_its_kind(rows: str, column: str) -> None:
    signer, row = Signer(KEY), ROWS[rows]
    seal = signer.sign_row(rows, row)
    signer.verify_row(rows, row, seal)
    for other in others(rows, column):
        with pytest.raises(TamperedCheckpoint):
            signer.verify_row(rows, other, seal)
    for bad in (None, b"", "text", Signer(b"another").sign_row(rows, row)):
        with pytest.raises(TamperedCheckpoint):
            signer.verify_row(rows, row, bad)


@pytest.mark.parametrize("rows, column", [*COLUMNS_BEFORE, *((rows, "run") for rows in SIGNED_BEFORE)])
def test_a_seal_from_before_holds_for_what_it_held_and_for_the_first_run_alone(rows: str, column: str) -> None:
    signer, row = Signer(KEY), ROWS[rows]
    seal = mark_before(rows, row, KEY)
    signer.verify_row(rows, row, seal)
    for other in others(rows, column):
        with pytest.raises(TamperedCheckpoint):
            signer.verify_row(rows, other, seal)


@pytest.mark.parametrize("sql", RUN.values(), ids=RUN)
async def test_a_run_whose_row_was_changed_does_not_begin(sql: str) -> None:
    async with desk() as (runner, resources):
        await runner.queue("payment", [Job({"amount": 7}, "two")])
        await change(resources, sql)
        thread = "one" if "'one'" in sql else "two"
        run = await runner.resume(thread)
        assert run["status"] == "failed"
        one_line(run["error"])
    assert paid() == []


async def test_a_new_budget_does_not_seal_a_row_that_was_changed() -> None:
    await queued("one")
    async with desk() as (runner, resources):
        await change(resources, "UPDATE runs SET input = replace(input, '7', '9')")
        with pytest.raises(TamperedCheckpoint) as refused:
            await runner.resume("one", budget_tokens=1000)
        one_line(refused.value)
        assert (await runner.resume("one"))["status"] == "failed"
    assert paid() == []


@pytest.mark.parametrize("sql", QUESTION.values(), ids=QUESTION)
async def test_a_question_that_was_changed_is_not_shown_and_takes_no_answer(sql: str) -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, resources):
        await runner.resume("one")
        await change(resources, sql)
        for act in (runner.summary("one"), runner.decide("one", approve())):
            with pytest.raises(TamperedCheckpoint) as refused:
                await act
            one_line(refused.value)
    assert paid() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE approvals SET decision = ?",
        "UPDATE approvals SET decision = ?, interrupt_id = 'old', left_behind = 1",  # as from before a replay
    ],
)
async def test_a_decision_that_nobody_made_is_not_acted_on(sql: str) -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, resources):
        await runner.resume("one")
        await change(resources, sql, FORGED)
        await change(resources, "UPDATE runs SET status = 'queued'")
        run = await runner.resume("one")
        assert run["status"] == "dead_lettered"
        one_line(run["error"])
    assert paid() == []


@pytest.mark.parametrize("what", ["receipt = '{\"paid\": 9}'", "status = 'pending'", "args = '{}'", "seal = NULL"])
async def test_a_receipt_that_was_changed_is_not_given_and_nothing_is_fired(what: str) -> None:
    async with desk({"single": chain(pay, name="single")}) as (runner, resources):
        await runner.queue("single", [Job({"amount": 7}, "one")])
        await runner.resume("one")
        await change(resources, f"UPDATE effects SET {what}")  # noqa: S608 - ours
        await change(resources, "DELETE FROM checkpoints; UPDATE runs SET status = 'queued'")
        run = await runner.resume("one")
        assert run["status"] == "dead_lettered"
        one_line(run["error"])
    assert paid() == [("one:1:pay@1/pay:0", 7)]


async def test_an_output_that_was_changed_is_not_told() -> None:
    await queued("one")
    async with desk() as (runner, resources):
        assert (await runner.resume("one"))["output"] == {"receipt": {"paid": 7}}
        await change(resources, "UPDATE runs SET output = replace(output, '7', '9')")
        with pytest.raises(TamperedCheckpoint) as refused:
            await runner.summary("one")
        one_line(refused.value)


async def test_rows_from_before_there_were_seals_can_be_looked_at_and_are_not_acted_on() -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, _):
        await runner.resume("one")
    as_before(1)
    async with desk() as (runner, resources):
        [run] = await resources.database.do(summaries.list_runs)
        assert (run["status"], len(run["waiting_for"])) == ("waiting", 1)
        with pytest.raises(TamperedCheckpoint, match="has no seal: finish its run with the older Baton") as refused:
            await runner.decide("one", reject())
        one_line(refused.value)
        await runner.queue("payment", [Job({"amount": 5}, "new")])
        assert (await runner.resume("new"))["status"] == "done"
