"""One resolution of many sections: who answered, who passed on, who failed."""

from typing import Any, cast

import pytest

from bank.ledger.actions import FreezeCard
from baton.steps.dead_letters import Failure
from nodes.sectioning.combine import combine
from state.desk import Draft
from state.sectioning import SectionResult

FREEZE = FreezeCard(name="freeze_card", card_id="K0001")


def section(number: int, reply: str = "So it is.", confidence: float = 0.9, **changed: Any) -> SectionResult:
    drafted = Draft(reply=reply, citations=[f"P-{number}"], action=changed.pop("action", None))
    known = {"number": number, "request": f"Question {number}?", "route": "cards", "draft": drafted, "fault": None}
    return SectionResult.model_validate({**known, "confidence": confidence, **changed})


def failure(number: int) -> Failure:
    request = {"request": f"Question {number}?", "customer_id": None, "number": number}
    return Failure(letter_id="dl-1", step="section", reason="unavailable", error="it is down", request=request)


async def combine_all(
    *sections: SectionResult, failures: tuple[Failure, ...] = (), requests: int = 0
) -> dict[str, Any]:
    texts = [f"Question {number}?" for number in range(1, max(requests, len(sections)) + 1)]
    came = {"sections": list(sections), "failures": list(failures)}
    asked = {"message": "m", "request": "m", "customer_id": None, "requests": texts, "admitted": texts[:3]}
    return dict(await combine(cast("Any", {**asked, **came})))


async def test_answers_stand_in_the_order_of_the_requests_and_are_opened_once() -> None:
    resolution = await combine_all(section(2, "Thank you. Second."), section(1, "Thank you. First."))
    assert (resolution["outcome"], resolution["reply"]) == ("answered", "Thank you. First.\n\nSecond.")
    assert resolution["citations"] == ["P-1", "P-2"]


async def test_nothing_is_cut_that_the_first_answer_did_not_open_with() -> None:
    resolution = await combine_all(section(1, "Yes."), section(2, "It is free. It takes a day."))
    assert resolution["reply"] == "Yes.\n\nIt is free. It takes a day."


async def test_the_surest_section_gives_the_route_and_the_least_sure_one_the_confidence() -> None:
    resolution = await combine_all(section(1, confidence=0.5), section(2, confidence=0.9, route="fees"))
    assert (resolution["route"], resolution["confidence"]) == ("fees", 0.5)


async def test_a_failed_section_is_left_to_a_colleague_and_its_siblings_are_answered() -> None:
    resolution = await combine_all(section(1), failures=(failure(2),))
    assert (resolution["outcome"], resolution["has_result"]) == ("escalated", True)
    assert resolution["reply"].startswith("So it is.\n\nA colleague will look at the rest")
    assert "“Question 2?”" in resolution["reply"]
    assert resolution["reason"] == "it failed (unavailable, dl-1): “Question 2?”"


@pytest.mark.parametrize("route, why", [("other", "not for this desk"), ("cards", "no policy bears on it")])
async def test_why_a_section_has_no_answer_is_said(route: str, why: str) -> None:
    assert (await combine_all(section(1), section(2, route=route, draft=None)))["reason"] == f"{why}: “Question 2?”"


async def test_requests_beyond_the_cap_are_named_with_the_cap() -> None:
    resolution = await combine_all(section(1), section(2), section(3), requests=5)
    assert resolution["outcome"] == "escalated"
    assert resolution["reason"] == "the cap of 3 requests (sections) was reached: “Question 4?”, “Question 5?”"


async def test_an_action_is_proposed_and_never_said_to_be_done() -> None:
    resolution = await combine_all(section(1, "We have frozen your card.", action=FREEZE), section(2))
    assert (resolution["outcome"], [each.status for each in resolution["actions"]]) == ("escalated", ["proposed"])
    assert resolution["has_result"]
    assert "frozen" not in resolution["reply"]
    assert "“Question 1?”" in resolution["reply"]


async def test_where_nothing_was_answered_a_person_gets_the_message() -> None:
    resolution = await combine_all(section(1, route="other", draft=None), failures=(failure(2),))
    assert resolution.keys() == {"left", "review"}
    assert "not for this desk: “Question 1?”; it failed" in resolution["review"].reason
