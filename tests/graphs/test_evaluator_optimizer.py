"""The loop, end to end: it ends, whatever the judge says, and keeps the best draft."""

from typing import Any

import pytest

from tests.graphs.conftest import Desk
from tests.scripted import Scripted

REPLACED = "What does a replacement card cost, and what if it was stolen?"
PIN = "How do I change my PIN?"
MANY = " ".join(
    [
        PIN,
        "What does a spare card cost?",
        "Why was my top-up reverted?",
        "How long does a transfer to Canada take?",
        "When is my dispute decided?",
        "How far back do statements go?",
        "What is the mark-up on euros?",
        "Why was I declined at the till?",
        "How old must my son be?",
        "Which cheques do you take?",
    ]
    * 3
)
NAMES = 6  # criteria


@pytest.fixture
def judge(scripted_model: Scripted, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The judge, marking as told; who drafts stays local."""
    monkeypatch.setenv("BATON_MODEL_JUDGE", "openai:scripted")
    return scripted_model


@pytest.fixture
def everyone(judge: Scripted, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The judge and who drafts for cards, answering in turn."""
    monkeypatch.setenv("BATON_MODEL_CHEAP", "openai:scripted")
    return judge


def marks(met: int) -> dict[str, Any]:
    """The first so many criteria met."""
    return {"marks": [{"number": n, "met": n <= met, "reason": f"mark {n}"} for n in range(1, NAMES + 1)]}


async def looped(desk: Desk, message: str, customer_id: str | None = None, **context: Any) -> dict[str, Any]:
    summary = await desk.work(message, customer_id, graph="evaluator_optimizer", **context)
    assert summary["status"] == "done", summary
    output: dict[str, Any] = summary["output"]
    return {**output, "calls": summary["usage"]["model_calls"]}


async def test_a_draft_that_passes_is_sent_as_it_is(desk: Desk) -> None:
    output = await looped(desk, PIN)
    assert (output["outcome"], output["citations"], output["calls"]) == ("answered", ["CARD-05"], 3)
    assert output["reason"].startswith("all 6 criteria are met after 0 revisions")


async def test_a_revision_adds_what_the_draft_lacks(desk: Desk) -> None:
    output = await looped(desk, REPLACED)
    assert output["outcome"] == "answered"
    assert set(output["citations"]) == {"CARD-14", "SEC-01"}
    assert "A replacement costs GBP 5.00" in output["reply"]
    assert "order a new one free, because loss and theft cost nothing" in output["reply"]
    assert "after 1 revision;" in output["reason"]


async def test_never_good_enough_ends_at_the_cap_with_the_best_draft(judge: Scripted, desk: Desk) -> None:
    judge.will(marks(1), marks(2), marks(3))
    output = await looped(desk, PIN)
    assert (output["outcome"], output["citations"], len(judge.asked)) == ("escalated", ["CARD-05"], 3)
    assert "the cap of 2 revisions (revisions) was reached" in output["reason"]
    assert 'the best draft: "Thank you for your message.' in output["reason"]


async def test_without_improvement_it_stops_at_once(judge: Scripted, desk: Desk) -> None:
    judge.will(marks(4))
    output = await looped(desk, PIN, revisions=5)
    assert (output["outcome"], len(judge.asked)) == ("escalated", 2)
    assert output["reason"].startswith("no improvement after 1 revision; not met: short: mark 5; honest: mark 6")


async def test_the_best_draft_is_kept_not_the_last(everyone: Scripted, desk: Desk) -> None:
    drafts = [{"reply": f"Draft {n}.", "citations": ["CARD-05"], "action": None} for n in (1, 2)]
    everyone.will(drafts[0], marks(4), drafts[1], marks(3))
    output = await looped(desk, PIN)
    assert output["reason"].endswith('the best draft: "Draft 1."')


async def test_with_no_revisions_allowed_the_first_judgement_stands(judge: Scripted, desk: Desk) -> None:
    judge.will(marks(5))
    output = await looped(desk, PIN, revisions=0)
    assert (output["outcome"], output["calls"]) == ("escalated", 2)
    assert "the cap of 0 revisions (revisions) was reached" in output["reason"]


async def test_a_judge_that_marks_nothing_lets_nothing_through(judge: Scripted, desk: Desk) -> None:
    judge.will({"marks": []})
    output = await looped(desk, PIN)
    assert output["outcome"] == "escalated"
    assert "answers: the judge did not mark it" in output["reason"]


async def test_a_kept_draft_keeps_its_proposal(judge: Scripted, desk: Desk) -> None:
    judge.will(marks(3))
    output = await looped(desk, "My card was stolen, please freeze it now.", "C010")
    assert [(each["name"], each["status"]) for each in output["actions"]] == [("freeze_card", "proposed")]
    assert await desk.done() == []


@pytest.mark.parametrize(
    "message",
    [
        "IMG_2231.jpg",
        "?! ...",
        "Wie lange dauert eine Karte nach Wien?",
        MANY,
    ],
)
async def test_what_cannot_be_answered_goes_to_a_person(desk: Desk, message: str) -> None:
    assert (await looped(desk, message))["outcome"] == "escalated"
