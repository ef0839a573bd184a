"""Days in text, and what a customer's words for one can mean."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.text.dates import DATE, days_in, days_meant

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    "quote, day",
    [
        ("2026-11-10", date(2026, 11, 10)),
        ("03/04/2026", date(2026, 4, 3)),
        ("16.10.2026", date(2026, 10, 16)),
        ("12-5-2026", date(2026, 5, 12)),
        ("1-05-2026", date(2026, 5, 1)),
        ("28/10/26", date(2026, 10, 28)),
        ("3rd of May", date(2026, 5, 3)),
        ("November 5th, 2026", date(2026, 11, 5)),
        ("9 Sept 2025", date(2025, 9, 9)),
        ("24/12", date(2025, 12, 24)),
        ("29 February", date(2024, 2, 29)),
        ("today", TODAY),
        ("this morning", TODAY),
        ("yesterday", date(2026, 11, 21)),
        ("the day before yesterday", date(2026, 11, 20)),
        ("last night", date(2026, 11, 21)),
        ("last Friday", date(2026, 11, 20)),
        ("Sunday", date(2026, 11, 15)),
        ("3 days ago", date(2026, 11, 19)),
        ("two weeks ago", date(2026, 11, 8)),
        ("the 25th", date(2026, 10, 25)),
    ],
)
def test_the_likeliest_day_comes_first(quote: str, day: date) -> None:
    assert days_meant(quote, TODAY)[0] == day


def test_a_weekday_can_be_the_last_one_or_the_one_before() -> None:
    assert days_meant("on Friday", TODAY) == [date(2026, 11, 20), date(2026, 11, 13)]
    assert TODAY in days_meant("on Sunday", TODAY)


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "last month",
        "a while ago",
        "one hundred and twenty thousand weeks ago",
        "hundred hundred hundred hundred hundred days ago",
        "tomorrow",
        "31/02/2026",
        "13/13/2026",
        "2026-00-10",
        "1 January 2027",
        "23 November 2026",
        "24/7",
        "3.10",
        "the 45th",
    ],
)
def test_what_is_no_day_up_to_today_means_none(quote: str) -> None:
    assert days_meant(quote, TODAY) == []


def test_days_named_by_number_and_month_are_found_and_no_others() -> None:
    text = "From 2 November to 10/11/2026, not yesterday, for 3.10 of 24/7 help until 2026-11-12."
    assert days_in(text, TODAY) == {date(2026, 11, 2), date(2026, 11, 10), date(2026, 11, 12)}


@pytest.mark.parametrize("text", ["on 3rd of May", "paid last Friday", "two weeks ago", "the day before yesterday"])
def test_words_for_a_day_are_found_in_a_text(text: str) -> None:
    found = DATE.search(text)
    assert found is not None
    assert days_meant(found.group(), TODAY) == days_meant(text, TODAY) != []


@given(
    st.dates(date(1900, 1, 1), TODAY), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y"])
)
def test_every_way_to_write_a_day_is_read_the_same(day: date, form: str) -> None:
    assert days_meant(day.strftime(form), TODAY) == [day]


@given(st.dates(date(2021, 1, 1), TODAY))
def test_a_day_without_its_year_is_the_last_such_day(day: date) -> None:
    [found] = days_meant(f"{day:%d %B}", TODAY)
    assert (found.day, found.month) == (day.day, day.month)
    assert day <= found <= TODAY


WORDS = "24/7 3rd of May 2026 2026- -11-10 yesterday last Friday two 99 weeks ago 31/02 / . 00 999 day the".split()


@given(
    st.text(max_size=60) | st.text("0123456789/.- ", max_size=30) | st.lists(st.sampled_from(WORDS)).map(" ".join),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_whatever_is_written_no_day_lies_in_the_future(text: str, today: date) -> None:
    assert all(day <= today for day in [*days_meant(text, today), *days_in(text, today)])


def test_days_are_counted_over_the_turn_of_a_year() -> None:
    new_year = date(2027, 1, 1)
    assert days_meant("yesterday", new_year) == [new_year - timedelta(days=1)]
    assert days_meant("31 December", new_year) == [date(2026, 12, 31)]
