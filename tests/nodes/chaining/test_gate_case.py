"""The gate behind the case: everything in it comes from a fact of its kind."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.dataset import own_datasets
from nodes.chaining.gate_case import gate_case
from state.chaining import Case, Fact

DATASET = own_datasets() / "chaining.jsonl"
LINES = [json.loads(line) for line in DATASET.read_text("utf-8").splitlines()]
EMPTY: dict[str, Any] = {"amounts": [], "dates": [], "names": [], "references": []}
LISTS = {"amount": "amounts", "date": "dates", "name": "names", "reference": "references"}


async def complaint(facts: list[Fact], **case: Any) -> str | None:
    made = Case.model_validate({"request": "Help.", **EMPTY, **case})
    return (await gate_case(cast("Any", {"facts": facts, "case": made})))["complaint"]


async def is_accepted(kind: Any, quote: str, value: str) -> bool:
    """Whether a case with that value goes on after that quote."""
    return await complaint([Fact(kind=kind, quote=quote)], **{LISTS[kind]: [value]}) is None


@pytest.mark.parametrize(
    "kind, quote, value",
    [
        ("amount", "£1,204.50", "1204.50"),
        ("amount", "20 quid", "20.00"),
        ("amount", "2 x £12.50", "12.50"),
        ("amount", "£1.5k", "1500.00"),
        ("amount", "five pounds", "5.00"),
        ("amount", "two hundred and fifty pounds", "250.00"),
        ("amount", "300", "300.00"),
        ("date", "3rd of May 2026", "2026-05-03"),
        ("date", "12/10/2026", "2026-10-12"),
        ("date", "16.10.2026", "2026-10-16"),
        ("name", "at Kestrel Books", "kestrel books"),
        ("reference", "[card ending 4821]", "4821"),
        ("reference", "A031", "A031"),
    ],
)
async def test_what_a_fact_says_goes_on(kind: Any, quote: str, value: str) -> None:
    assert await is_accepted(kind, quote, value)


@pytest.mark.parametrize(
    "kind, quote, value",
    [
        ("amount", "£1,204.50", "1.00"),
        ("amount", "2 x £12.50", "2.00"),
        ("amount", "five pounds", "500.00"),
        ("amount", "a few pounds", "3.00"),
        ("amount", "62 euros", "62.00"),
        ("amount", "¥9,800", "9800.00"),
        ("amount", "50p", "50.00"),
        ("date", "3rd of May 2026", "2026-06-03"),
        ("date", "3rd of May 2026", "2025-05-03"),
        ("date", "03/04/2026", "2026-03-04"),
        ("date", "yesterday", "2020-01-01"),
        ("date", "last month", "2026-10-01"),
        ("name", "Kestrel Books", "Kestrel B"),
        ("name", "Kestrel Books", " "),
        ("reference", "[card ending 4821]", "8214"),
        ("reference", "A031", "A0311"),
    ],
)
async def test_what_no_fact_says_is_sent_back(kind: Any, quote: str, value: str) -> None:
    assert not await is_accepted(kind, quote, value)


@pytest.mark.parametrize("kind, value", [("reference", "1204"), ("name", "1204")])
async def test_a_fact_of_another_kind_is_no_ground(kind: str, value: str) -> None:
    told = await complaint([Fact(kind="amount", quote="£1204")], **{LISTS[kind]: [value]})
    assert told == f"no {kind} in the facts is '1204'"


async def test_a_day_in_the_future_is_sent_back_even_where_the_customer_names_it() -> None:
    day = datetime.now(UTC).date() + timedelta(days=2)
    told = await complaint([Fact(kind="date", quote=day.isoformat())], dates=[day.isoformat()])
    assert told == f"{day} lies in the future"


@pytest.mark.parametrize("quote, ago", [("today", 0), ("yesterday", 1), ("two weeks ago", 14)])
async def test_days_are_counted_from_today(quote: str, ago: int) -> None:
    day = datetime.now(UTC).date() - timedelta(days=ago)
    assert await is_accepted("date", quote, day.isoformat())
    assert not await is_accepted("date", quote, (day - timedelta(days=1)).isoformat())


@pytest.mark.parametrize(
    "request_, fault",
    [
        ("Pay me back £99.00.", "the request names an amount that the facts do not"),
        ("My card is 4111 1111\n1111 1111.", "the request holds a card number"),
    ],
)
async def test_the_request_invents_nothing_either(request_: str, fault: str) -> None:
    assert await complaint([Fact(kind="amount", quote="£9.00")], request=request_) == fault


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["id"]))
async def test_the_cases_of_the_dataset_go_on(line: dict[str, Any]) -> None:
    steps = line["expected"]["steps"]
    facts = [Fact(**fact) for fact in steps["extract"]["facts"]]
    assert await complaint(facts, **{"dates": [], **steps["normalise"]["case"]}) is None


@given(st.integers(1, 999_999_999), st.integers(1, 999_999_999))
async def test_only_the_amount_that_was_quoted_goes_on(quoted: int, booked: int) -> None:
    quote = f"£{quoted // 100:,}.{quoted % 100:02}"
    for pence in (quoted, booked):
        assert await is_accepted("amount", quote, f"{pence // 100}.{pence % 100:02}") is (pence == quoted)


@given(st.dates(date(2000, 1, 1), date(2026, 10, 1)), st.dates(date(2000, 1, 1), date(2026, 10, 1)))
async def test_only_the_day_that_was_quoted_goes_on(quoted: date, booked: date) -> None:
    for day in (quoted, booked):
        assert await is_accepted("date", f"{quoted:%d/%m/%Y}", day.isoformat()) is (day == quoted)
