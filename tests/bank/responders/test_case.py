"""The offline case: made of the facts it is given, and of nothing else."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.responders.case import case
from nodes.chaining.gate_case import gate_case
from state.chaining import Case, Fact
from tests.bank.stage import asked

KINDS = ("amount", "date", "name", "reference", "request")


def case_of(*facts: tuple[str, str], today: str = "2026-11-22") -> dict[str, Any]:
    data = {"facts": [{"kind": kind, "quote": quote} for kind, quote in facts], "today": today}
    return Case.model_validate(case(asked(**data))).model_dump(mode="json")


def test_every_kind_of_fact_has_its_place() -> None:
    facts = (
        ("amount", "£1,204.50"),
        ("date", "3rd of May"),
        ("date", "yesterday"),
        ("name", "Kestrel Books"),
        ("reference", "[card ending 4821]"),
        ("reference", "A031"),
        ("request", "Where is it?"),
    )
    assert case_of(*facts) == {
        "request": "Where is it?",
        "amounts": ["1204.50"],
        "dates": ["2026-05-03", "2026-11-21"],
        "names": ["Kestrel Books"],
        "references": ["4821", "A031"],
    }


def test_without_facts_the_case_is_empty() -> None:
    assert case_of()["request"] == "nothing was asked"


def test_what_is_named_twice_stands_once() -> None:
    facts = [("date", "yesterday"), ("date", "21 November 2026"), ("name", "Lumen"), ("name", "Lumen")]
    assert (case_of(*facts)["dates"], case_of(*facts)["names"]) == (["2026-11-21"], ["Lumen"])


@pytest.mark.parametrize("quote", ["£0", "£99999999999", "£1.234", "62 euros", "a lot"])
def test_what_the_bank_cannot_book_is_left_out(quote: str) -> None:
    assert case_of(("amount", quote))["amounts"] == []


@pytest.mark.parametrize("quote", ["last month", "tomorrow", "31/02/2026", "24/12/2026", "99"])
def test_what_is_no_day_up_to_today_is_left_out(quote: str) -> None:
    assert case_of(("date", quote))["dates"] == []


@given(
    st.lists(
        st.tuples(st.sampled_from(KINDS[:3]), st.text(max_size=30))
        | st.tuples(st.just("amount"), st.from_regex(r"£[0-9]{1,8}(\.[0-9]{2})?", fullmatch=True))
        | st.tuples(st.just("date"), st.from_regex(r"[0-9]{1,2}/[0-9]{1,2}(/[0-9]{4})?", fullmatch=True))
        | st.tuples(st.just("reference"), st.from_regex(r"\[card ending [0-9]{4}\]", fullmatch=True))
    )
)
async def test_whatever_the_facts_are_their_case_passes_its_gate(facts: list[tuple[str, str]]) -> None:
    named = [(kind, quote) for kind, quote in facts if quote.strip()]
    today = datetime.now(UTC).date().isoformat()
    state: Any = {
        "facts": [Fact.model_validate({"kind": kind, "quote": quote}) for kind, quote in named],
        "case": Case.model_validate(case_of(*named, today=today)),
    }
    assert (await gate_case(cast("Any", state)))["complaint"] is None
