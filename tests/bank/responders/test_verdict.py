"""The stand-in of the judge: it computes a verdict from what it is given."""

from typing import Any

import pytest

from bank.responders.verdict import verdict
from evals.evaluators.judge import Verdict
from tests.bank.stage import asked

POLICIES = [{"id": "T-1", "title": "Transfers abroad", "text": "A transfer abroad costs GBP 4.00. It takes 3 days."}]
FREEZE = {"name": "freeze_card", "args": {"card_id": "K0001"}, "status": "done", "receipt": "R1"}
COST = "A transfer abroad costs GBP 4.00."


def verdict_on(reply: str, message: str = "What does a transfer abroad cost?", **more: Any) -> Verdict:
    data = {"message": message, "policies": POLICIES, "customer": None, "actions": [], "citations": ["T-1"], **more}
    return Verdict.model_validate(verdict(asked(reply=reply, **data)))


@pytest.mark.parametrize(
    "reply, more",
    [
        (COST, {}),
        ("We have frozen your card.", {"message": "Please freeze my card", "actions": [FREEZE]}),
        (f"{COST} You have GBP 812.40.", {"customer": {"name": "Ann", "accounts": [{"balance": "812.40"}]}}),
    ],
    ids=["an answer", "an action that was done", "a sum of the account"],
)
def test_what_answers_and_rests_on_its_sources_passes(reply: str, more: dict[str, Any]) -> None:
    assert verdict_on(reply, **more).verdict == "pass"


@pytest.mark.parametrize(
    "reply, more, reason",
    [
        ("Thank you for your message.", {}, "it leaves open"),
        (f"{COST} A refund is GBP 9.00.", {}, "GBP 9"),
        (COST, {"citations": []}, "cite"),
        (f"{COST} We will call you.", {}, "proposes nothing"),
        (
            "We have frozen your card.",
            {"message": "Please freeze it", "actions": [{**FREEZE, "status": "refused"}]},
            "",
        ),
    ],
    ids=["an open question", "an invention", "no source", "a promise", "a claim"],
)
def test_what_does_not_fails_with_the_reason(reply: str, more: dict[str, Any], reason: str) -> None:
    given = verdict_on(reply, **more)
    assert given.verdict == "fail"
    assert reason in given.reason
