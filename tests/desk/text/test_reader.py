"""Reading text for a business with one currency."""

from datetime import date
from decimal import Decimal

import pytest

from desk.text.claims import Act
from desk.text.reader import EnglishReader

READER = EnglishReader(own="€|eur(?:os?)?", foreign=r"[£$]|pounds?|usd", acts={"pay": Act("pay send", "money")})


@pytest.mark.parametrize(
    "text,amounts",
    [
        ("Please pay EUR 40.00, not €41 and not 1,042.50 euros", ["40.00", "41", "1042.50"]),
        ("I paid £12.50, 3 pounds and USD 7 for 2 parcels", []),
        ("a 12 eurostar ticket and order X40 EURO", []),
        ("EUR 5 or £5", ["5"]),
    ],
)
def test_it_reads_the_sums_of_its_own_currency(text: str, amounts: list[str]) -> None:
    assert READER.amounts(text) == {Decimal(each) for each in amounts}


def test_a_bare_number_is_meant_where_no_currency_is_named() -> None:
    assert READER.amounts_meant("about 30") == {Decimal(30)}
    assert READER.amounts_meant("£30") == set()


def test_only_what_is_done_is_claimed() -> None:
    assert [each.acts for each in READER.claims("We\u2019ve already paid it.", "")] == [{"pay"}]
    assert not READER.claims("We have received it, and it is paid when it is right.", "")


def test_days_names_and_words_are_english() -> None:
    today = date(2026, 5, 6)
    assert READER.days("on 3 May", today) == {date(2026, 5, 3)}
    assert READER.days_meant("yesterday", today) == [date(2026, 5, 5)]
    assert READER.names("a parcel from Alder Books") == ["Alder Books"]
    assert READER.words("It's HERE") == {"it's", "here"}


@pytest.mark.parametrize("words", ["please do not", "I don't", "i would never"])
def test_words_that_deny_what_follows_are_known(words: str) -> None:
    assert READER.denies(words)
    assert not READER.denies(f"{words} want this, so")


def test_what_costs_nothing_is_known_by_its_words() -> None:
    assert READER.calls_free("We send it again, at no cost.")
    assert not READER.calls_free("It costs EUR 4.00.")


CALL_US = "Please call 0800 111 2223."


def test_a_number_may_stand_in_a_reply_where_a_source_or_the_customer_has_it() -> None:
    assert "0800" in (READER.strange_contents(CALL_US, ["You can call us."]) or "")
    assert READER.strange_contents(CALL_US, ["Our number: 0800-111-2223."]) is None
    assert READER.strange_contents(CALL_US, [], own=["08001112223"]) is None


def test_somebody_may_be_named_whom_a_text_for_names_names() -> None:
    reply = "Please ask Mr Jonas Alder."
    assert "Alder" in (READER.strange_contents(reply, []) or "")
    assert READER.strange_contents(reply, [], names=["I met Mr Jonas Alder."]) is None
