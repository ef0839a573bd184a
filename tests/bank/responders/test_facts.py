"""The offline facts: found by patterns, and every quote stands in the message."""

from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bank.responders.facts import facts
from baton.redact import redact
from nodes.chaining.gate_facts import gate_facts
from state.chaining import Fact, Facts
from tests.bank.stage import asked


def facts_of(message: str) -> list[Fact]:
    return Facts.model_validate(facts(asked(message=message))).facts


def quotes(message: str, kind: str) -> list[str]:
    return [fact.quote for fact in facts_of(message) if fact.kind == kind]


@pytest.mark.parametrize(
    "message, kind, said",
    [
        ("I paid £24.90, then 12 quid and GBP 3", "amount", ["£24.90", "12 quid", "GBP 3"]),
        ("I paid €12.50 and 62 euros, £5 in all", "amount", ["£5"]),
        ("It came on 16.10.2026, not on 2 May", "date", ["16.10.2026", "2 May"]),
        ("Open 24/7, charged yesterday and last Friday", "date", ["yesterday", "last Friday"]),
        ("It went from Kestrel Books to IKEA on Monday", "name", ["Kestrel Books", "IKEA"]),
        ("My [card ending 4242], or the one ending in 1111", "reference", ["[card ending 4242]", "ending in 1111"]),
        ("From A031 to A032", "reference", ["A031", "A032"]),
        ("I am cross. Where is it? Thanks.", "request", ["Where is it?"]),
        ("I am cross. It never came.", "request", ["It never came."]),
    ],
)
def test_facts_are_found_by_their_kind(message: str, kind: str, said: list[str]) -> None:
    assert quotes(message, kind) == said


def test_a_date_is_no_amount_and_an_account_no_merchant() -> None:
    message = "Sent to A031 on 16.10.2026."
    assert {fact.kind for fact in facts_of(message)} == {"reference", "date", "request"}


def test_no_message_has_no_facts() -> None:
    assert facts_of("") == []


WORDS = (
    "I paid £24.90 12 quid €5 at Kestrel Books & to A031 on 16.10.2026 2 May yesterday"
    " [card ending 4242] ending in 1111 please why ? . ! 4111 1111"
).split()


@given(
    st.text(min_size=1, max_size=200).filter(str.strip)
    | st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join)
)
@example("£0A")
@example("1.7 quid and 3/24.90 and 24.90/3")
async def test_whatever_is_written_the_facts_pass_their_gate(message: str) -> None:
    given_to_the_model = redact(" ".join(message.split()))
    state: Any = {"request": message, "facts": facts_of(given_to_the_model)}
    assert (await gate_facts(cast("Any", state)))["complaint"] is None
    assert all(fact.quote in given_to_the_model for fact in state["facts"])
