"""The gate behind the reply: it rests on what it cites, and names nothing else."""

from datetime import date
from typing import Any, cast

import pytest

from bank.knowledge import knowledge
from nodes.chaining.gate_reply import gate_reply
from state.chaining import Case, Fact
from state.desk import Draft

FACTS = [Fact(kind="amount", quote="£24.90"), Fact(kind="name", quote="Kestrel Books")]
CASE = Case(request="Help.", amounts=["24.90"], dates=[date(2026, 11, 2)], names=["Kestrel Books"], references=[])
GIVEN = ["DISP-03.1", "FEES-03.1"]


async def complaint(reply: str = "Here is the rule.", **changed: Any) -> str | None:
    citations = changed.pop("citations", ["DISP-03", "FEES-03"])
    known = {"request": "Kestrel Books took £24.90. Help.", "customer_id": None, "facts": FACTS, "case": CASE}
    state = {**known, "passages": GIVEN, "summary": "A question.", "facts_used": [0], **changed}
    drafted = Draft(reply=reply, citations=citations, action=None)
    return (await gate_reply(cast("Any", {**state, "draft": drafted})))["complaint"]


@pytest.mark.parametrize(
    "reply",
    [
        "You paid GBP 24.90 at Kestrel Books on 2 November 2026.",
        "You paid £24.90 to Kestrel Books on 02/11/2026.",
        "Please write to Harbour Bank with your PIN at hand.",
        "I'm sorry to hear that. A colleague can look at it.",
    ],
)
async def test_what_facts_and_policies_say_goes_on(reply: str) -> None:
    assert await complaint(reply) is None


async def test_a_cited_policy_can_be_quoted_whole() -> None:
    for passage in knowledge().index.passages(GIVEN):
        assert await complaint(passage.text) is None


@pytest.mark.parametrize(
    "reply, fault",
    [
        ("You get GBP 99.00.", "neither a fact nor a cited policy names the amount 99.00"),
        ("You get 99.00 back.", "neither a fact nor a cited policy names the amount 99.00"),
        ("You get ninety-nine pounds.", "neither a fact nor a cited policy names the amount 99"),
        ("It comes by 3 May 2026.", "neither a fact nor a cited policy names the day 2026-05-03"),
        ("Ask at Lumen Hotel.", "neither a fact nor a cited policy names 'Lumen Hotel'"),
        ("We've refunded it.", "the reply claims that something was done, and proposes nothing"),
        ("See harbour-help.example.", "the reply holds a link: harbour-help.example"),
        ("Your card 4111 1111\n1111 1111 is fine.", "the reply holds a card number"),
        ("Your [card ending 1111] is fine.", "the reply holds a card number"),
    ],
)
async def test_what_nothing_says_is_sent_back(reply: str, fault: str) -> None:
    assert await complaint(reply) == fault


async def test_an_amount_of_a_policy_that_is_not_cited_is_invented() -> None:
    assert await complaint("It is free up to GBP 200.00.") is None
    told = await complaint("It is free up to GBP 200.00.", citations=["DISP-03"])
    assert told == "neither a fact nor a cited policy names the amount 200.00"


@pytest.mark.parametrize(
    "changed, fault",
    [
        ({"citations": []}, "the reply must cite policies, and only those it was given"),
        ({"citations": ["DISP-03", "ACC-01"]}, "the reply must cite policies, and only those it was given"),
        ({"facts_used": []}, "the reply must name the facts that it rests on"),
        ({"facts_used": [0, 2]}, "there are only 2 facts"),
        ({"summary": " "}, "the summary is empty"),
        ({"summary": "GBP 7.00 is missing."}, "neither a fact nor a cited policy names the amount 7.00"),
        ({"summary": "The card is 4111111111111111."}, "the reply holds a card number"),
    ],
)
async def test_sources_and_summary_are_looked_at_too(changed: dict[str, Any], fault: str) -> None:
    assert await complaint(**changed) == fault
