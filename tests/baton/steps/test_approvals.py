"""Approvals: the exact action, the first decision, and nothing on a bad reply."""

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.types import Command

from baton import Job
from baton.errors import AlreadyDecided, BadDecision, Held, NothingWaiting, UsageError
from baton.steps.approvals import digest_of
from baton.storage.summaries import list_pending_approvals
from tests.baton.payments import GRAPHS, LIMIT, desk, paid, place, queued, worked
from tests.baton.processes import decide, process, raced, work
from tests.baton.questions import Reply, approve, edit, questions, reject


@pytest.fixture(autouse=True)
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.6")


CONFIG: Any = {"configurable": {"thread_id": "one"}}
PAID = [("one:1:pay@1/pay:0", 7)]
BAD: list[Any] = [
    {},
    {"decisions": []},
    {"decisions": [{"type": "approve"}, {"type": "approve"}]},
    {"decisions": ["approve"]},
    {"decisions": [{"type": "ok"}]},
    {"decisions": [{"type": ["approve"]}]},
    {"decisions": [{"type": "approve"}], "digest": "of another action"},
    {"decisions": [{"type": "approve"}], "digest": "x" * 100_000 + "\n"},
    {"decisions": [{"type": "edit"}]},
    {"decisions": [{"type": "edit", "edited_action": {"name": "pay", "args": {"amuont": 5}}}]},
    {"decisions": [{"type": "approve", "message": "\ud800"}]},
    {"decisions": [{"type": "reject", "message": 2**64}]},
    edit(LIMIT + 1),
    edit(5, name="close_account"),
    [],
    "approve",
    True,
    None,
]


@pytest.mark.parametrize(
    "reply, amounts",
    [
        (approve(), [7]),
        (edit(5), [5]),
        (reject("no"), []),
        ({"decisions": [{"type": "respond", "message": "call me"}]}, []),
        ([{"type": "accept", "args": None}], [7]),
        ([{"type": "edit", "args": {"action": "pay", "args": {"amount": 5}}}], [5]),
        ([{"type": "ignore", "args": None}], []),
        ([{"type": "response", "args": "no"}], []),
    ],
)
@pytest.mark.parametrize("by", ["decide", "ainvoke", "ainvoke by id"])
async def test_langchains_and_agent_inboxs_replies_are_understood(by: str, reply: Any, amounts: list[int]) -> None:
    async with desk() as (runner, resources):
        if by == "decide":
            await runner.queue("approved", [Job({"amount": 7}, "one")])
            await runner.resume("one")
            await runner.decide("one", reply)
        else:
            graph = GRAPHS["approved"].copy({"checkpointer": resources.checkpointer})
            asked = await graph.ainvoke({"amount": 7}, CONFIG)
            await graph.ainvoke(
                Command(resume=reply if by == "ainvoke" else {asked["__interrupt__"][0].id: reply}), CONFIG
            )
        assert (await runner.summary("one"))["status"] == "done"
    assert [amount for _, amount in paid()] == amounts


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: repr(bad)[:60])
async def test_a_bad_reply_changes_nothing_and_a_good_one_still_works(bad: Any) -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, resources):
        await runner.resume("one")
        before = await questions(resources, "one")
        with pytest.raises(BadDecision) as refused:
            await runner.decide("one", bad)
        assert "\n" not in str(refused.value)
        assert len(str(refused.value)) < 300
        assert await questions(resources, "one") == before
        assert paid() == []
        assert (await runner.decide("one", approve(digest=before[0]["digest"])))["status"] == "done"
    assert paid() == PAID


async def test_a_reply_is_taken_once_also_where_it_can_be_read_only_once() -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, _):
        await runner.resume("one")
        said = {"type": "reject", "message": (word for word in ["too", "much"])}
        assert (await runner.decide("one", {"decisions": [said]}))["status"] == "done"
        with pytest.raises(AlreadyDecided, match=r"\['too', 'much'\]"):
            await runner.decide("one", approve())
    assert paid() == []


async def test_a_bad_reply_by_a_bare_call_is_asked_again_with_what_was_wrong() -> None:
    async with desk() as (_, resources):
        graph = GRAPHS["approved"].copy({"checkpointer": resources.checkpointer})
        await graph.ainvoke({"amount": 7}, CONFIG)
        again = await graph.ainvoke(Command(resume=edit(LIMIT + 1)), CONFIG)
        assert "not {'amount': 501}" in again["__interrupt__"][0].value["error"]
        await graph.ainvoke(Command(resume=approve()), CONFIG)
    assert paid() == PAID


@pytest.mark.parametrize("second", [approve(), reject()], ids=["same", "conflicting"])
async def test_a_second_answer_is_shown_the_first(second: Reply) -> None:
    await queued("one", graph="approved")
    async with desk() as (runner, resources):
        await runner.resume("one")
        (asked,) = await questions(resources, "one")
        await runner.decide("one", approve())
        for interrupt_id in (None, asked["interrupt_id"]):
            with pytest.raises(AlreadyDecided, match="stands as approve"):
                await runner.decide("one", second, interrupt_id=interrupt_id)
    assert paid() == PAID


async def test_of_answers_given_at_once_in_four_processes_one_stands_and_the_others_are_told() -> None:
    (place() / "decided.slow").write_text("0.2")
    await queued("one", graph="approved")
    async with desk() as (runner, _):
        await runner.resume("one")
    replies = {"yes-1": approve(), "yes-2": approve(), "no-1": reject(), "no-2": reject()}
    ended = raced(decide, {name: ("one", reply) for name, reply in replies.items()})
    won = [name for name, each in ended.items() if each.get("status") == "done"]
    assert len(won) == 1
    assert {each.get("refused") for each in ended.values()} - {None} <= {"Held", "AlreadyDecided"}
    assert paid() == (PAID if won[0].startswith("yes") else [])


async def test_killed_between_decision_and_effect_the_decision_stands() -> None:
    (place() / "decided.kill").touch()
    await queued("one", graph="approved")
    async with desk() as (runner, _):
        await runner.resume("one")
    (place() / "go").touch()
    with process(decide, "one", edit(5), "decider") as deciding:
        deciding.join(20)
        assert deciding.exitcode != 0
    async with desk() as (runner, _):
        with pytest.raises(AlreadyDecided, match="stands as edit"):
            await runner.decide("one", reject())
        assert (await runner.resume("one"))["status"] == "done"
    assert paid() == [("one:1:pay@1/pay:0", 5)]


async def test_a_decision_stands_although_the_edit_would_no_longer_pass_its_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (place() / "decided.wait").touch()
    async with desk() as (_, resources):
        graph = GRAPHS["approved"].copy({"checkpointer": resources.checkpointer})
        await graph.ainvoke({"amount": 7}, CONFIG)
        deciding = asyncio.create_task(graph.ainvoke(Command(resume=edit(5)), CONFIG))
        while "decided" not in worked():  # noqa: ASYNC110 - the node's own note is the only sign
            await asyncio.sleep(0.01)
        deciding.cancel()
        await asyncio.gather(deciding, return_exceptions=True)
        monkeypatch.setattr("tests.baton.payments.LIMIT", 1)
        assert await graph.ainvoke(None, CONFIG) == {"receipt": {"paid": 5}}
    assert paid() == [("one:1:pay@1/pay:0", 5)]


async def test_of_two_bare_answers_at_once_both_act_on_the_one_that_stands() -> None:
    async with desk() as (runner, resources):
        graph = GRAPHS["approved"].copy({"checkpointer": resources.checkpointer})
        await graph.ainvoke({"amount": 7}, CONFIG)
        await asyncio.gather(*(graph.ainvoke(Command(resume=edit(amount)), CONFIG) for amount in (5, 6)))
        assert (await runner.summary("one"))["dead_letters"] == []
    assert len(paid()) == 1


async def test_a_run_cut_off_after_it_asked_can_be_decided_at_once() -> None:
    (place() / "think.slow").write_text("0.3")
    (place() / "thinking.kill").touch()
    await queued("one", graph="branches")
    with process(work, ["one"]) as working:
        working.join(20)
    async with desk() as (runner, resources):
        left, right = await resources.database.do(lambda tx: list_pending_approvals(tx, "one", 1))
        with pytest.raises(Held):
            await runner.decide("one", approve(), interrupt_id=left["interrupt_id"])
        await asyncio.sleep(0.7)  # the lease of the dead process runs out
        half = await runner.decide("one", approve(), interrupt_id=left["interrupt_id"])
        assert [each["interrupt_id"] for each in half["waiting_for"]] == [right["interrupt_id"]]
        assert (await runner.decide("one", approve(), interrupt_id=right["interrupt_id"]))["status"] == "done"
    assert [amount for _, amount in paid()] == [1, 7, 7]


async def test_several_decisions_wait_at_once_and_answering_one_redoes_nothing_else() -> None:
    await queued("one", graph="branches")
    async with desk() as (runner, resources):
        await runner.resume("one")
        asked = {each["action_requests"][0]["name"]: each["interrupt_id"] for each in await questions(resources, "one")}
        with pytest.raises(UsageError, match="name one with --interrupt") as several:
            await runner.decide("one", approve())
        assert all(each in str(several.value) for each in asked.values())
        half = await runner.decide("one", reject(), interrupt_id=asked["pay_right"])
        assert (half["status"], [each["interrupt_id"] for each in half["waiting_for"]]) == (
            "waiting",
            [asked["pay_left"]],
        )
        with pytest.raises(BadDecision, match="amount is"):
            await runner.decide("one", edit(LIMIT + 1, name="pay_left"))
        run = await runner.decide("one", approve())
        assert (run["status"], run["usage"]["model_calls"]) == ("done", 1)
    assert paid() == [("one:1:book@1/pay:0", 1), ("one:1:pay_approved@1/pay:left", 7)]
    assert (worked().count("book"), worked().count("think"), worked().count("thinking")) == (1, 1, 1)


async def test_a_complaint_belongs_to_the_decision_it_was_about() -> None:
    await queued("one", graph="branches")
    async with desk() as (runner, resources):
        await runner.resume("one")
        first, second = [each["interrupt_id"] for each in await questions(resources, "one")]
        with pytest.raises(BadDecision, match="amount is"):
            await runner.decide("one", edit(LIMIT + 1, name="pay_left"), interrupt_id=first)
        with pytest.raises(BadDecision, match="'maybe' is not a decision"):
            await runner.decide("one", {"decisions": [{"type": "maybe"}]}, interrupt_id=second)


async def test_a_decision_for_something_that_does_not_wait_is_refused() -> None:
    await queued("one", "two", graph="approved")
    async with desk() as (runner, resources):
        with pytest.raises(NothingWaiting, match="is queued"):
            await runner.decide("one", approve())
        await runner.resume("one")
        await runner.resume("two")
        (other,) = await questions(resources, "two")
        with pytest.raises(NothingWaiting):
            await runner.decide("one", approve(), interrupt_id=other["interrupt_id"])
    assert paid() == []


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_set_between_pause_and_decision_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    true_time = time.time
    await queued("one", graph="approved")
    async with desk() as (runner, _):
        await runner.resume("one")
        monkeypatch.setattr(time, "time", lambda: true_time() + hours * 3600)
        run = await runner.decide("one", approve())
        assert (run["status"], run["output"]) == ("done", {"receipt": {"paid": 7}})
        assert 0 < run["latency_ms"] < 60_000
        with pytest.raises(AlreadyDecided):
            await runner.decide("one", approve())
    assert paid() == PAID


ARGS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4)


@given(args=ARGS, others=ARGS)
def test_a_digest_is_of_the_exact_arguments_whatever_their_order(args: Reply, others: Reply) -> None:
    turned = dict(reversed(args.items()))
    assert digest_of("one", "0", "pay", args) == digest_of("one", "0", "pay", turned)
    assert (digest_of("one", "0", "pay", args) == digest_of("one", "0", "pay", others)) == (args == others)
    assert len({digest_of(*place, "pay", args) for place in (("one", "0"), ("two", "0"), ("one", "1"))}) == 3
