from typing import cast

from bank.ledger.actions import parse_action
from desk.business import business
from desk.records import Review
from nodes.reply import ReplyInput, reply
from state.desk import Draft, ResolutionUpdate

FREEZE = parse_action("freeze_card", {"card_id": "K0018"})


def reply_input(*, proposing: bool = False, **more: str) -> ReplyInput:
    draft = Draft(reply="We have frozen it.", citations=["SEC-01"], action=FREEZE if proposing else None)
    known = {
        "message": "My card is gone",
        "request": "My card is gone",
        "customer_id": "C013",
        "route": "security",
        "confidence": 0.9,
    }
    return cast("ReplyInput", {**known, "passages": ["SEC-01.1"], "draft": draft, **more})


async def test_an_answer_is_the_draft_with_its_citations() -> None:
    resolution = await reply(reply_input())
    assert set(resolution) == set(ResolutionUpdate.__annotations__)
    assert (resolution["outcome"], resolution["reply"]) == ("answered", "We have frozen it.")
    assert (resolution["citations"], resolution["actions"]) == (["SEC-01"], [])


async def test_an_action_is_passed_on_and_not_said_to_be_done() -> None:
    resolution = await reply(reply_input(proposing=True))
    assert (resolution["outcome"], resolution["reply"]) == ("escalated", business().wording.passed_on)
    assert [(action.status, action.receipt) for action in resolution["actions"]] == [("proposed", None)]


async def test_what_was_found_before_stands_in_the_reason() -> None:
    assert (await reply(reply_input(finding="3 of 5 say so")))["reason"] == "3 of 5 say so; answered from the policies"


async def test_an_answer_and_a_proposal_are_results() -> None:
    assert (await reply(reply_input()))["has_result"]
    assert (await reply(reply_input(proposing=True)))["has_result"]


async def test_what_the_bank_forbids_is_declined_with_the_reason() -> None:
    review = Review(verdict="decline", reason="The card is frozen already.")
    resolution = await reply(cast("ReplyInput", {**reply_input(proposing=True), "review": review}))
    assert (resolution["outcome"], resolution["actions"][0].status) == ("declined", "refused")
    assert resolution["reply"] == business().wording.refusal.format(reason="The card is frozen already")
