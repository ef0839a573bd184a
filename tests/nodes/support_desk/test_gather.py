"""Gather: of several requests, one that may be fraud is answered and left to a person besides."""

import pytest

from nodes.support_desk.gather import NO_VOTE, gather
from state.desk import Draft
from state.sectioning import Left, SectionResult
from tests.nodes.conftest import Step

FRAUD, PIN = "There is a payment that I never made.", "How do I change my PIN?"
CAP = Left(reason="the cap was reached", request="And my address?")


def section(request: str, route: str, number: int) -> SectionResult:
    draft = Draft(reply="As the policy says.", citations=["SEC-04"], action=None)
    return SectionResult(number=number, request=request, route=route, confidence=0.9, draft=draft, fault=None)


@pytest.mark.parametrize("known, left", [(True, [CAP, Left(reason=NO_VOTE, request=FRAUD)]), (False, [CAP])])
async def test_a_known_customers_request_that_would_be_voted_on_is_left_to_a_person_too(
    step: Step,
    known: bool,  # noqa: FBT001 - a column of the table above
    left: list[Left],
) -> None:
    sections = [section(FRAUD, "security", 1), section(PIN, "cards", 2)]
    state = {"request": f"{FRAUD} {PIN}", "customer_id": "C010" if known else None, "sections": sections, "left": [CAP]}
    gathered = await step(gather, **state)
    assert gathered["asked"] == [FRAUD, PIN]
    assert [Left(**each) for each in gathered["left"]] == left
