"""The offline summary and reply: the facts that were given, the policy that answers."""

from typing import Any

from bank.responders.case_reply import case_reply
from state.chaining import CaseReply
from tests.bank.stage import asked

EMPTY: dict[str, Any] = {"amounts": [], "dates": [], "names": [], "references": []}
POLICIES = [
    {"id": "PIN-1", "title": "PIN", "text": "A PIN is changed in the app."},
    {"id": "FEE-1", "title": "Cash fees", "text": "Cash costs 2 %."},
]


def reply_of(*facts: str, policies: list[dict[str, str]] = POLICIES, **case: Any) -> CaseReply:
    data = {
        "case": {"request": "How do I change my PIN?", **EMPTY, **case},
        "facts": [{"kind": "request", "quote": quote} for quote in facts],
        "policies": policies,
    }
    return CaseReply.model_validate(case_reply(asked(**data)))


def test_the_policy_that_answers_the_request_is_quoted_and_cited() -> None:
    said = reply_of("How do I change my PIN?")
    assert (said.citations[0], said.facts_used) == ("PIN-1", [0])
    assert "A PIN is changed in the app." in said.reply


def test_every_fact_is_used() -> None:
    assert reply_of("one", "two", "three").facts_used == [0, 1, 2]
    assert reply_of().facts_used == []


def test_the_summary_holds_the_case() -> None:
    said = reply_of(amounts=["24.90", "5.00"], dates=["2026-11-02"], names=["Lumen"], references=["4821", "A031"])
    assert said.summary == (
        "The customer writes: How do I change my PIN? (amount GBP 24.90, GBP 5.00; date 2026-11-02; with Lumen;"
        " card ending 4821; account A031)."
    )


def test_without_policies_nothing_is_cited() -> None:
    assert reply_of(policies=[]).citations == []
