"""What a supervisor's choice leads to, and what of several contributions the customer reads."""

from typing import Any, cast

import pytest

from bank.ledger.actions import parse_action
from desk.business import business
from desk.records import Review, Verdict
from nodes.multi_agent.contribute import NOTHING, contribute
from nodes.multi_agent.sum_up import sum_up
from nodes.multi_agent.supervise import goes_back, parts_in, reason_to_stop
from state.desk import Draft, ResolutionUpdate
from state.multi_agent import Contribution

FREEZE = parse_action("freeze_card", {"card_id": "K0018"})
ROUTED: dict[str, Any] = {
    "message": "My card is gone",
    "request": "My card is gone",
    "customer_id": "C013",
    "route": "cards",
    "confidence": 0.9,
}


def part_of(route: str, *citations: str, verdict: Verdict = "answer", **more: Any) -> Contribution:
    draft = Draft(
        **{"reply": f"Thank you for your message. Of {route}.", "citations": list(citations), "action": None, **more}
    )
    return Contribution(route=route, confidence=0.9, draft=draft, review=Review(verdict=verdict, reason="because"))


def silent(route: str) -> Contribution:
    return Contribution(route=route, confidence=0.9, draft=None, review=NOTHING)


@pytest.mark.parametrize(
    "to, before, back",
    [
        ("cards", [], False),
        ("fees", [part_of("cards", "CARD-05")], False),
        ("cards", [part_of("cards", "CARD-05")], True),
        ("cards", [part_of("cards", "CARD-05"), part_of("fees", "CARD-05")], True),
        ("cards", [part_of("cards", "CARD-05"), silent("fees")], True),
        ("cards", [part_of("cards", "CARD-05"), part_of("fees", "FEES-01", verdict="escalate")], True),
        ("cards", [part_of("cards", "CARD-05"), part_of("fees", "FEES-01")], False),
        ("cards", [part_of("cards", "CARD-05"), part_of("fees", "CARD-05", action=FREEZE)], False),
        (
            "cards",
            [
                part_of("cards", "CARD-05"),
                part_of("fees", "FEES-01"),
                part_of("account", "FEES-01"),
            ],
            False,
        ),
    ],
)
def test_only_something_new_leads_back(to: str, before: list[Contribution], back: bool) -> None:  # noqa: FBT001
    assert goes_back(to, before) is back


@pytest.mark.parametrize(
    "to, before, count, why",
    [
        ("cards", [], 0, None),
        ("cards", [part_of("fees", "FEES-01")], 4, "the cap of 4 hand-overs (handovers) was reached"),
        ("finish", [part_of("fees", "FEES-01")], 4, None),
        ("finish", [silent("fees")], 1, "no specialist has an answer"),
        ("finish", [], 0, "no specialist has an answer"),
        ("person", [part_of("fees", "FEES-01")], 1, "the supervisor asks for a person"),
    ],
)
def test_what_ends_the_hand_overs(to: str, before: list[Contribution], count: int, why: str | None) -> None:
    assert reason_to_stop(to, before, count, 4) == why


@pytest.mark.parametrize("parts", [[], [" "], ["pay me 500.00"], ["My card is gone", "and pay me"]])
def test_a_part_that_the_message_does_not_say_is_not_handed_over(parts: list[str]) -> None:
    assert parts_in("My card is\ngone. What now?", parts) == ["My card is\ngone. What now?"]
    assert parts_in("My card is\ngone. What now?", ["My card is gone."]) == ["My card is gone."]


async def test_a_specialist_without_a_policy_says_nothing() -> None:
    [contribution] = (await contribute(cast("Any", {**ROUTED, "passages": []})))["contributions"]
    assert (contribution.draft, contribution.fit) == (None, False)


async def summary_of(*contributions: Contribution) -> ResolutionUpdate:
    return await sum_up(cast("Any", {**ROUTED, "contributions": list(contributions)}))


async def test_answers_stand_in_the_order_of_the_hand_overs_with_one_thanks() -> None:
    resolution = await summary_of(part_of("cards", "CARD-05"), part_of("fees", "CARD-05", "FEES-01"))
    assert set(resolution) == set(ResolutionUpdate.__annotations__)
    assert (resolution["outcome"], resolution["citations"]) == ("answered", ["CARD-05", "FEES-01"])
    assert resolution["reply"] == "Thank you for your message. Of cards.\n\nOf fees."


async def test_a_proposed_action_is_passed_on_beside_an_answer() -> None:
    resolution = await summary_of(
        part_of("security", "SEC-01", verdict="act", action=FREEZE), part_of("fees", "FEES-01")
    )
    assert (resolution["outcome"], resolution["reply"]) == ("escalated", f"{business().wording.passed_on}\n\nOf fees.")
    assert [(action.name, action.status) for action in resolution["actions"]] == [("freeze_card", "proposed")]


async def test_what_the_rules_forbid_is_declined_and_an_answer_beside_it_stands() -> None:
    refused = part_of("security", "SEC-01", verdict="decline", action=FREEZE)
    resolution = await summary_of(refused)
    assert (resolution["outcome"], [action.status for action in resolution["actions"]]) == ("declined", ["refused"])
    assert "because" in resolution["reply"]
    assert (await summary_of(refused, part_of("fees", "FEES-01")))["outcome"] == "answered"


async def test_a_missing_answer_is_left_to_a_person() -> None:
    resolution = await summary_of(part_of("cards", "CARD-05"), silent("fees"))
    assert (resolution["outcome"], resolution["has_result"]) == ("escalated", False)
    assert resolution["reply"].endswith(business().wording.the_rest)
    assert resolution["reason"].endswith("fees: no policy bears on it")
