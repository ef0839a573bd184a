from typing import Any, cast

import pytest

from baton import Decision
from nodes.reply import reply
from state.actions import parse_action
from state.desk import ActionTaken, Draft, Resolution
from state.support_desk import Review, Settled, Verdict

FREEZE = parse_action("freeze_card", {"card_id": "K0018"})
DONE = ActionTaken(name="freeze_card", args={"card_id": "K0018"}, status="done", receipt="R000001")


def settled(*, proposing: bool = False, **more: Any) -> Settled:
    draft = Draft(reply="We have frozen it.", citations=["SEC-01"], action=FREEZE if proposing else None)
    known = {"message": "My card is gone", "customer_id": "C013", "route": "security", "confidence": 0.9}
    return cast("Settled", {**known, "passages": ["SEC-01.1"], "draft": draft, **more})


def review(verdict: Verdict, reason: str = "because") -> Review:
    return Review(verdict=verdict, reason=reason)


def decision(kind: Any, message: str = "") -> Decision:
    return Decision(type=kind, args={"card_id": "K0018"}, message=message)


async def test_an_answer_is_the_draft_with_its_citations() -> None:
    resolution = await reply(settled(review=review("answer")))
    assert set(resolution) == set(Resolution.__annotations__)
    assert (resolution["outcome"], resolution["reply"]) == ("answered", "We have frozen it.")
    assert (resolution["citations"], resolution["actions"]) == (["SEC-01"], [])


async def test_what_was_done_comes_with_its_receipt() -> None:
    resolution = await reply(settled(proposing=True, review=review("act"), actions=[DONE]))
    assert (resolution["outcome"], resolution["actions"]) == ("acted", [DONE])


@pytest.mark.parametrize("decided", [None, decision("reject", "no")])
async def test_a_decline_says_why_and_never_sends_the_draft(decided: Decision | None) -> None:
    known = {"decision": decided} if decided else {}
    resolution = await reply(settled(proposing=True, review=review("decline", "The card is frozen already."), **known))
    assert resolution["outcome"] == "declined"
    assert resolution["reply"].startswith("We cannot do what you ask: The card is frozen already. If")
    assert resolution["actions"][0].status == ("rejected" if decided else "refused")


async def test_a_refusal_at_the_last_moment_is_declined() -> None:
    refused = DONE.model_copy(update={"status": "refused", "receipt": None})
    resolution = await reply(settled(proposing=True, review=review("decline"), actions=[refused]))
    assert (resolution["outcome"], resolution["actions"]) == ("declined", [refused])


async def test_a_persons_answer_replaces_the_draft() -> None:
    resolution = await reply(
        settled(proposing=True, review=review("answer"), decision=decision("respond", "Which card?"))
    )
    assert (resolution["outcome"], resolution["reply"]) == ("answered", "Which card?")
    assert [action.status for action in resolution["actions"]] == ["rejected"]


async def test_an_action_that_nobody_looked_at_is_passed_on_and_not_said_to_be_done() -> None:
    resolution = await reply(settled(proposing=True))
    assert resolution["outcome"] == "escalated"
    assert "frozen" not in resolution["reply"]
    assert [(action.status, action.receipt) for action in resolution["actions"]] == [("proposed", None)]
