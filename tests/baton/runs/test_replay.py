"""Replaying: after a fix a run goes on from where it failed, and what was done stays done."""

import asyncio
from typing import Any

import pytest
from langgraph.types import Send

from baton import Job, Runner, dead_letter, dead_letter_branch
from baton.errors import Held, UsageError
from baton.runtime.resources import Resources
from baton.storage import dead_letter_rows
from baton.storage.records import DeadLetter, RunSummary
from tests.baton.payments import Order, book, chain, paid, pay, pay_once, place, thank, worked
from tests.baton.processes import process, raced
from tests.baton.questions import approve, questions
from tests.baton.repairs import GRAPHS, Concluded, Joined, break_at, repair, replaying, ship, shop, spreading, work


async def letters(resources: Resources, status: str | None = "open") -> list[DeadLetter]:
    """The letters, oldest first."""
    return (await resources.database.do(lambda tx: dead_letter_rows.list_dead_letters(tx, status)))[::-1]


async def started(runner: Runner, graph: str, amount: int = 7) -> RunSummary:
    """What came of a run named `one`."""
    await runner.queue(graph, [Job({"amount": amount}, "one")])
    return await runner.resume("one")


async def everything(resources: Resources) -> list[Any]:
    """All that is kept of runs, letters and checkpoints."""
    looks = [f"SELECT * FROM {name}" for name in ("runs", "dead_letters", "checkpoints", "writes")]  # noqa: S608 - fixed
    tables = await resources.database.do(lambda tx: [tx.execute(look).fetchall() for look in looks])
    return [[tuple(row) for row in table] for table in tables]


async def test_after_a_fix_the_run_goes_on_from_the_step_that_failed() -> None:
    break_at("ship")
    async with shop() as (runner, resources):
        assert (await started(runner, "line"))["status"] == "dead_lettered"
        [letter] = await letters(resources)
        repair("ship")
        run = await runner.replay(letter.letter_id)
        assert (run["status"], run["output"], run["dead_letters"]) == ("done", {"receipt": {"paid": 7}}, [])
        assert [each.status for each in await letters(resources, None)] == ["replayed"]
    assert worked() == ["book", "sending", "sent", "pay", "sending", "sent", "ship", "ship"]
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay@1/pay:0", 7)]


async def test_failing_again_opens_the_same_letter_with_every_attempt() -> None:
    break_at("ship")
    async with shop() as (runner, resources):
        await started(runner, "line")
        [first] = await letters(resources)
        for tries in (2, 3):
            assert (await runner.replay(first.letter_id))["status"] == "dead_lettered"
            [again] = await letters(resources)
            assert again.letter_id == first.letter_id
            assert len(again.evidence["attempts"]) == tries
        repair("ship")
        assert (await runner.replay(first.letter_id))["status"] == "done"
    assert all(attempt["started_at"] > 0 for attempt in again.evidence["attempts"])
    assert again.evidence["raw"] == "the answer of ship, [secret]"


async def test_failing_elsewhere_makes_another_letter() -> None:
    break_at("ship")

    async def forget(state: Any) -> Any:
        raise ValueError("forgot")

    async with shop({"line": chain(pay, ship, forget, name="line")}) as (runner, resources):
        await started(runner, "line")
        [letter] = await letters(resources)
        repair("ship")
        run = await runner.replay(letter.letter_id)
        assert [(each.step, each.status) for each in await letters(resources, None)] == [
            ("ship", "replayed"),
            ("forget", "open"),
        ]
    assert run["status"] == "dead_lettered"


async def test_what_a_person_answered_before_stays_answered_and_nothing_is_paid_again() -> None:
    break_at("ship")
    async with shop() as (runner, resources):
        await started(runner, "answered")
        assert (await runner.decide("one", approve()))["status"] == "dead_lettered"
        [letter] = await letters(resources)
        repair("ship")
        run = await runner.replay(letter.letter_id)
    assert (run["status"], run["usage"]["model_calls"]) == ("done", 1)
    assert paid() == [("one:1:pay@1/pay:0", 7)]
    assert worked().count("decided") == 1


async def test_what_went_on_beside_the_failed_step_is_not_asked_or_paid_again() -> None:
    break_at("pack")
    async with shop() as (runner, resources):
        assert (await started(runner, "sides"))["status"] == "waiting"
        [letter] = await letters(resources)
        with pytest.raises(UsageError, match="waits for a decision; first: baton decide one"):
            await runner.replay(letter.letter_id)
        assert (await runner.decide("one", approve()))["status"] == "dead_lettered"
        repair("pack")
        run = await runner.replay(letter.letter_id)
        assert await questions(resources, "one") == []
    assert (run["status"], run["usage"]["model_calls"]) == ("done", 1)
    assert paid() == [("one:1:pay@1/pay:0", 7)]


async def test_two_steps_that_failed_side_by_side_are_replayed_one_after_the_other() -> None:
    break_at("pack", "weigh")
    async with shop() as (runner, resources):
        await started(runner, "twins")
        pack, weigh = sorted(await letters(resources), key=lambda letter: str(letter.step))
        repair("pack", "weigh")
        assert (await runner.replay(pack.letter_id))["dead_letters"] == [weigh.letter_id]
        assert (await runner.replay(weigh.letter_id))["status"] == "done"
    assert [worked().count(step) for step in ("pack", "weigh", "label")] == [2, 2, 1]


async def test_a_letter_that_was_discarded_stays_so_when_its_neighbour_is_replayed() -> None:
    break_at("pack", "weigh")
    async with shop() as (runner, resources):
        await started(runner, "twins")
        pack, weigh = sorted(await letters(resources), key=lambda letter: str(letter.step))
        await resources.database.do(lambda tx: dead_letter_rows.discard(tx, weigh.letter_id, "not needed"))
        repair("pack")
        await runner.replay(pack.letter_id)
        assert {each.step: each.status for each in await letters(resources, None)} == {
            "pack": "replayed",
            "weigh": "discarded",
        }


async def test_a_step_two_graphs_down_goes_on_where_it_failed() -> None:
    break_at("ship")
    async with shop() as (runner, resources):
        assert (await started(runner, "family"))["status"] == "dead_lettered"
        [letter] = await letters(resources)
        assert letter.step == "office/counter/ship"
        assert worked()[-1] == "ship", "the graphs around the step do not go on without it"
        assert (await runner.replay(letter.letter_id))["dead_letters"] == [letter.letter_id]
        repair("ship")
        run = await runner.replay(letter.letter_id)
    assert (run["status"], run["output"]) == ("done", {"receipt": {"paid": 7}})
    assert [worked().count(step) for step in ("book", "pay", "ship", "thank")] == [1, 1, 3, 1]
    assert [key for key, _ in paid()] == ["one:1:book@1/pay:0", "one:1:office@1/counter@1/pay@1/pay:0"]


@pytest.mark.parametrize("graph", ["spread", "workers"])
async def test_a_fan_out_goes_on_without_its_failed_workers_and_takes_them_in_later(graph: str) -> None:
    break_at("work-1", "work-3")
    async with shop() as (runner, resources):
        run = await started(runner, graph, 5)
        assert (run["status"], run["output"]) == ("done", {"told": "made [0, 2, 4], failed [1, 3]"})
        first, second = await letters(resources)
        assert worked().count("join") == 1
        repair("work-1", "work-3")
        run = await runner.replay(first.letter_id)
        assert run["dead_letters"] == [second.letter_id]
        missing = second.evidence["request"]["item"]
        assert run["output"]["told"].endswith(f"failed [{missing}]")
        run = await runner.replay(second.letter_id)
        assert (run["status"], run["output"]) == ("done", {"told": "made [0, 1, 2, 3, 4], failed []"})
    assert [worked().count(f"work-{item}") for item in range(5)] == [1, 2, 1, 2, 1]
    assert len(paid()) == len(set(paid())) == 5


async def test_workers_that_were_given_the_same_have_a_letter_each_and_pay_each() -> None:
    def same(state: Order) -> list[Send]:
        return [Send("work", {"item": 1}) for _ in range(state["amount"])]

    break_at("work-1")
    async with shop({"spread": spreading(work, send=same)}) as (runner, resources):
        assert (await started(runner, "spread", 2))["output"] == {"told": "made [], failed [1, 1]"}
        first, second = await letters(resources)
        assert sorted(each.path for each in (first, second)) == ["work@1.0", "work@1.1"]
        repair("work-1")
        run = await runner.replay(first.letter_id)
        assert (run["output"], run["dead_letters"]) == ({"told": "made [1], failed [1]"}, [second.letter_id])
        run = await runner.replay(second.letter_id)
    assert (run["output"], run["dead_letters"]) == ({"told": "made [1, 1], failed []"}, [])
    assert sorted(paid()) == [("one:1:work@1.0/pay:1", 1), ("one:1:work@1.1/pay:1", 1)]


async def test_a_fan_out_whose_workers_all_fail_still_joins() -> None:
    break_at("work-0", "work-1")
    async with shop() as (runner, _):
        assert (await started(runner, "spread", 2))["output"] == {"told": "made [], failed [0, 1]"}
    assert worked().count("join") == 1


@pytest.mark.parametrize("way,status", [("raises", "dead_lettered"), ("returns", "done")])
async def test_a_join_that_acts_only_when_none_failed_acts_once_with_all_results(way: str, status: str) -> None:
    break_at("work-1")

    async def total(state: Joined) -> Concluded:
        if state["failures"] and way == "raises":
            raise ValueError("a worker failed")
        if state["failures"]:
            return {"told": "a worker failed"}
        await pay_once(sum(state["made"]))
        return {"told": f"made {sorted(state['made'])}"}

    async with shop({"spread": spreading(work, total)}) as (runner, resources):
        assert (await started(runner, "spread", 3))["status"] == status
        assert sorted(paid()) == [("one:1:work@1.0/pay:0", 0), ("one:1:work@1.2/pay:2", 2)]
        worker, *_ = await letters(resources)
        repair("work-1")
        run = await runner.replay(worker.letter_id)
        assert (run["status"], run["output"], run["dead_letters"]) == ("done", {"told": "made [0, 1, 2]"}, [])
    assert paid()[2:] == [("one:1:work@1.1/pay:1", 1), ("one:1:join@1/pay:0", 3)]


@pytest.mark.parametrize("handler", [dead_letter, dead_letter_branch("join")])
async def test_a_join_that_acts_on_a_part_of_the_results_is_refused_with_all_of_them(handler: Any) -> None:
    break_at("work-1")

    async def total(state: Joined) -> Concluded:
        return {"told": str(await pay_once(sum(state["made"])))}

    async with shop({"spread": spreading(work, total, handler=handler)}) as (runner, resources):
        await started(runner, "spread", 3)
        [worker] = await letters(resources)
        repair("work-1")
        assert (await runner.replay(worker.letter_id))["status"] == "dead_lettered"
        assert [each.reason for each in await letters(resources)] == ["effect_mismatch"]
    assert [amount for key, amount in paid() if "join" in key] == [2]


async def test_what_failed_after_the_checkpoint_is_left_behind() -> None:
    """The join went on without a worker and failed for it; the worker's replay goes back behind both."""
    break_at("work-1")

    async def count(state: Joined) -> Concluded:
        if state["failures"]:
            raise ValueError("incomplete")
        return {"told": "complete"}

    async with shop({"spread": spreading(work, count)}) as (runner, resources):
        assert (await started(runner, "spread", 2))["status"] == "dead_lettered"
        worker, _ = await letters(resources)
        repair("work-1")
        run = await runner.replay(worker.letter_id)
        assert (run["status"], run["output"], run["dead_letters"]) == ("done", {"told": "complete"}, [])
        assert [letter.note for letter in await letters(resources, None)] == [
            None,
            f"left behind by the replay of {worker.letter_id}",
        ]


async def test_a_crash_loop_is_counted_anew() -> None:
    async with shop() as (runner, resources):
        await runner.queue("line", [Job({"amount": 7}, "one")])
        await resources.database.do(lambda tx: tx.execute("UPDATE runs SET recoveries = 4"))
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        [letter] = await letters(resources)
        assert letter.reason == "crash_loop"
        assert (await runner.replay(letter.letter_id))["status"] == "done"
    assert worked().count("book") == 1


async def test_a_changed_graph_is_gone_on_with_only_when_the_change_is_accepted() -> None:
    changed = {"line": chain(book, pay, ship, thank, name="line")}
    break_at("ship")
    async with shop() as (runner, resources):
        await started(runner, "line")
        [letter] = await letters(resources)
    repair("ship")
    async with shop(changed) as (runner, resources):
        before = await everything(resources)
        with pytest.raises(UsageError, match="line changed since one began"):
            await runner.replay(letter.letter_id)
        assert await everything(resources) == before
        assert (await runner.replay(letter.letter_id, accept_change=True))["status"] == "done"
    assert worked()[-1] == "thank"
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay@1/pay:0", 7)]


async def test_a_run_parked_for_its_changed_graph_goes_on_with_the_old_one_or_the_new_one() -> None:
    for thread, graph, accepted in (("old", GRAPHS["line"], False), ("new", chain(book, thank, name="line"), True)):
        async with shop() as (runner, resources):
            await runner.queue("line", [Job({"amount": 7}, thread)])
        async with shop({"line": chain(book, name="line")}) as (runner, resources):
            assert (await runner.resume(thread))["status"] == "dead_lettered"
            [letter] = await letters(resources)
            assert letter.reason == "needs_migration"
        async with shop({"line": graph}) as (runner, resources):
            run = await runner.replay(letter.letter_id, accept_change=accepted)
        assert run["status"] == ("done" if thread == "old" else "dead_lettered"), "the new one has no receipt"


async def test_a_budget_that_ran_out_can_be_raised() -> None:
    async with shop() as (runner, resources):
        await runner.queue("answered", [Job({"amount": 7}, "one")], budget_tokens=50)
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        [letter] = await letters(resources)
        assert letter.reason == "over_budget"
        assert (await runner.replay(letter.letter_id))["status"] == "dead_lettered"
        assert (await runner.replay(letter.letter_id, budget_tokens=500))["status"] == "waiting"


async def test_what_cannot_be_replayed_or_discarded_changes_nothing() -> None:
    break_at("ship")
    async with shop() as (runner, resources):
        await started(runner, "line")
        [letter] = await letters(resources)
        known = letter.letter_id

        async def discard(letter_id: str, why: str) -> Any:
            return await resources.database.do(lambda tx: dead_letter_rows.discard(tx, letter_id, why))

        async def refused(act: Any, words: str) -> None:
            before = await everything(resources)
            with pytest.raises(UsageError, match=words):
                await act
            assert await everything(resources) == before

        await refused(runner.replay("dl-none"), "no dead letter has the id 'dl-none'")
        await refused(discard("dl-none", "why"), "no dead letter has the id 'dl-none'")
        await refused(discard(known, " "), "say why")
        repair("ship")
        await runner.replay(known)
        await refused(runner.replay(known), r"is not open \(replayed\)")
        await refused(discard(known, "why"), r"is not open \(replayed\)")
        break_at("ship")
        await runner.queue("line", [Job({"amount": 7}, "two")])
        await runner.resume("two")
        [other] = await letters(resources)
        await discard(other.letter_id, "a test")
        await refused(runner.replay(other.letter_id), r"is not open \(discarded: a test\)")


async def test_a_run_that_is_worked_or_not_finished_is_not_replayed() -> None:
    break_at("ship")
    async with shop() as (runner, resources):
        await started(runner, "line")
        [letter] = await letters(resources)
        known = letter.letter_id
        await resources.database.do(lambda tx: tx.execute("UPDATE runs SET status = 'queued'"))
        with pytest.raises(UsageError, match="one is not finished; first: baton resume one"):
            await runner.replay(known)
        await resources.database.do(lambda tx: tx.execute("UPDATE runs SET status = 'dead_lettered'"))
        (place() / "ship.slow").write_text("0.5")
        working = asyncio.create_task(Runner(resources, GRAPHS.__getitem__).replay(known))
        while worked().count("ship") < 2:  # noqa: ASYNC110 - a step's own note is the sign
            await asyncio.sleep(0.01)
        with pytest.raises(Held):
            await runner.replay(known)
        assert (await working)["status"] == "dead_lettered"


async def broken_line() -> str:
    """The letter of a run that failed, and what was broken is repaired."""
    break_at("ship")
    async with shop() as (runner, resources):
        await started(runner, "line")
        [letter] = await letters(resources)
    repair("ship")
    return str(letter.letter_id)


async def test_of_four_processes_that_replay_at_once_one_works_and_the_others_are_told() -> None:
    letter_id = await broken_line()
    (place() / "ship.slow").write_text("0.5")
    ended = raced(replaying, {f"worker-{number}": (letter_id,) for number in range(4)})
    assert sorted(str(each.get("refused") or each["status"]) for each in ended.values()) == ["Held"] * 3 + ["done"]
    assert worked().count("ship") == 2
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay@1/pay:0", 7)]


async def test_a_replay_that_is_killed_goes_on_like_any_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.3")
    letter_id = await broken_line()
    (place() / "ship.kill").touch()
    (place() / "go").touch()
    with process(replaying, letter_id, "killed") as killed:
        killed.join(20)
        assert killed.exitcode
    async with shop() as (runner, resources):
        assert (await runner.resume("one"))["status"] == "done"
        assert await letters(resources) == []
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay@1/pay:0", 7)]
