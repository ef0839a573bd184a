"""Questions that a graph asks by `interrupt()` itself: listed, answered once by a person, and resumed."""

import signal
from pathlib import Path
from typing import Any

import pytest

import tests.baton.asking as asking_graphs
from baton.errors import AlreadyDecided, BadDecision, UsageError
from tests.baton.asking import ASKED, CARD, OFFERS, answer, asking, begun
from tests.baton.payments import place
from tests.baton.processes import process
from tests.baton.questions import approve, edit, reject

BOTH = ("plain", "typed", "plain inside", "typed inside")


def paid() -> list[str]:
    return Path("paid").read_text().splitlines() if Path("paid").exists() else []


def values(run: Any) -> list[Any]:
    return [each["value"] for each in run["waiting_for"]]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ASKED.clear()


@pytest.mark.parametrize("name", BOTH)
async def test_a_run_waits_at_each_question_and_the_answer_is_what_interrupt_returns(name: str) -> None:
    async with asking() as runner:
        run = await begun(runner, name)
        assert (run["status"], values(run)) == ("waiting", OFFERS[:1])
        run = await runner.answer("t", 2)
        assert (run["status"], values(run)) == ("waiting", OFFERS[1:])
        run = await runner.answer("t", "yes")
        assert (run["status"], run["output"]) == ("done", {"count": 2, "note": "'yes'"})


@pytest.mark.parametrize("value", [None, False, "", 0, [], {}])
async def test_an_answer_may_be_any_json(value: Any) -> None:
    async with asking() as runner:
        await begun(runner, "plain")
        await runner.answer("t", 1)
        assert (await runner.answer("t", value))["output"]["note"] == repr(value)


async def test_a_waiting_run_is_left_by_those_who_resume() -> None:
    async with asking() as runner:
        await begun(runner, "agent")
        assert (await runner.resume("t"))["status"] == "waiting"
        assert ASKED == ["model"]


async def test_the_first_answer_stands() -> None:
    async with asking() as runner:
        [first] = (await begun(runner, "plain"))["waiting_for"]
        await runner.answer("t", 1)
        with pytest.raises(AlreadyDecided, match="stands as 1"):
            await runner.answer("t", 2, interrupt_id=first["interrupt_id"])


async def test_an_answer_is_bound_to_the_question_that_its_sender_saw() -> None:
    async with asking() as runner:
        [first] = (await begun(runner, "plain"))["waiting_for"]
        await runner.answer("t", 1, digest=first["digest"])
        with pytest.raises(BadDecision, match="look at the action again"):
            await runner.answer("t", "yes", digest=first["digest"])
        assert values(await runner.summary("t")) == OFFERS[1:]


async def test_a_decision_is_no_answer_to_a_question_about_no_action() -> None:
    async with asking() as runner:
        await begun(runner, "plain")
        with pytest.raises(BadDecision, match="asks for a value"):
            await runner.decide("t", approve())
        assert values(await runner.summary("t")) == OFFERS[:1]


async def test_a_card_number_is_masked_in_question_and_answer_and_for_the_graph(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking_graphs, "OFFERS", [f"is {CARD} yours?", "sure?"])
    async with asking() as runner:
        assert values(await begun(runner, "plain")) == ["is [card ending 1111] yours?"]
        await runner.answer("t", 1)
        assert (await runner.answer("t", f"mine is {CARD}"))["output"]["note"] == "'mine is [card ending 1111]'"
    held = b"".join(each.read_bytes() for each in place().rglob("baton.db*"))
    assert CARD.encode() not in held


async def test_questions_that_are_asked_at_once_are_answered_one_by_one() -> None:
    async with asking() as runner:
        one, two = (await begun(runner, "at once"))["waiting_for"]
        with pytest.raises(UsageError, match="name one with --interrupt"):
            await runner.answer("t", "yes")
        assert values(await runner.answer("t", "so", interrupt_id=two["interrupt_id"])) == [one["value"]]
        done = await runner.answer("t", "yes", interrupt_id=one["interrupt_id"])
        assert (done["status"], "yes" in done["output"]["note"] or one["value"] == 2) == ("done", True)


async def test_a_step_may_ask_by_itself_and_for_an_approval() -> None:
    async with asking() as runner:
        assert values(await begun(runner, "mixed")) == ["how many?"]
        [asked] = (await runner.answer("t", 3))["waiting_for"]
        assert asked["action_requests"][0]["description"] == "pay 3"
        assert values(await runner.decide("t", approve(), interrupt_id=asked["interrupt_id"])) == ["are you sure?"]
        assert (await runner.answer("t", "yes"))["output"]["note"] == "approve yes"


@pytest.mark.parametrize("name", ["schema", "typed schema"])
async def test_an_answer_that_does_not_fit_the_questions_schema_is_asked_for_again(name: str) -> None:
    async with asking() as runner:
        await begun(runner, name)
        with pytest.raises(BadDecision, match="integer"):
            await runner.answer("t", "many")
        run = await runner.summary("t")
        assert (run["status"], run["waiting_for"][0]["value"]) == ("waiting", "how many?")
        assert "integer" in run["waiting_for"][0]["error"]
        assert (await runner.answer("t", 3))["output"]["count"] == 3


async def test_a_bad_answer_that_was_dead_lettered_is_asked_for_again_by_the_replay() -> None:
    async with asking() as runner:
        await begun(runner, "schema with a handler")
        [letter] = (await runner.answer("t", "many"))["dead_letters"]
        assert (await runner.replay(letter))["status"] == "waiting"
        assert (await runner.answer("t", 3))["output"]["count"] == 3


@pytest.mark.parametrize(
    "reply,receipt",
    [
        (approve(), ["Ann 5"]),
        (edit("7"), ["Ann 7"]),
        (reject("no"), []),
        ({"decisions": [{"type": "respond", "message": "ask Bob"}]}, []),
    ],
)
async def test_the_middlewares_proposal_takes_the_decisions_of_an_approval(reply: Any, receipt: list[str]) -> None:
    async with asking() as runner:
        [asked] = (await begun(runner, "agent"))["waiting_for"]
        assert asked["action_requests"][0]["args"] == {"payee": "Ann", "amount": "5"}
        run = await runner.decide("t", {**reply, "digest": asked["digest"]})
        assert (run["status"], paid()) == ("done", receipt)
        assert ASKED == ["model", "model"]


@pytest.mark.parametrize(
    "name,reply,told",
    [
        ("agent", {"decisions": [{"type": "aprove"}]}, "say approve, edit, reject, respond"),
        ("agent", {"decisions": [{"type": "respond"}]}, "needs a message"),
        ("agent", edit("7", "refund"), "edited_action with name 'pay'"),
        (
            "agent",
            {"decisions": [{"type": "edit", "edited_action": {"name": "pay", "args": {"amuont": "7"}}}]},
            "no 'am",
        ),
        ("agent", approve(digest="0" * 16), "look at the action again"),
        ("agent of few choices", edit("7"), "say approve, reject"),
        ("agent of two", approve(), "2 actions are proposed at once"),
    ],
)
async def test_a_decision_that_the_middleware_would_not_take_changes_nothing(name: str, reply: Any, told: str) -> None:
    async with asking() as runner:
        before = await begun(runner, name)
        with pytest.raises(BadDecision, match=told):
            await runner.decide("t", reply)
        after = await runner.summary("t")
        assert {**after, "updated_at": 0} == {**before, "updated_at": 0}
        assert paid() == []


async def test_two_proposals_of_one_answer_are_decided_each_by_itself() -> None:
    async with asking() as runner:
        await begun(runner, "agent of two")
        run = await runner.answer("t", {"decisions": [{"type": "approve"}, {"type": "reject"}]})
        assert (run["status"], paid()) == ("done", ["Ann 5"])


@pytest.mark.slow
async def test_an_answer_stands_although_the_process_that_took_it_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.3")
    async with asking() as runner:
        [asked] = (await begun(runner, "plain"))["waiting_for"]
    (place() / "given.kill").touch()
    with process(answer, 1) as answering:
        answering.join(20)
        assert answering.exitcode == -signal.SIGKILL
    async with asking() as runner:
        with pytest.raises(AlreadyDecided):
            await runner.answer("t", 2, interrupt_id=asked["interrupt_id"])
        run = await runner.resume("t")
        assert values(run) == OFFERS[1:]
        assert (await runner.answer("t", "yes"))["output"] == {"count": 1, "note": "'yes'"}
