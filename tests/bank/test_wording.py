"""Numbers in words, names, and claims that something was done."""

import re

import pytest

from bank.claims import claims_done
from bank.names import names_in, words_of
from bank.numerals import NUMERAL, number_of


@pytest.mark.parametrize(
    "words, number",
    [
        ("five", 5),
        ("Twenty-one", 21),
        ("two hundred and fifty", 250),
        ("hundred", 100),
        ("three thousand four hundred", 3400),
        ("nineteen thousand and six", 19006),
    ],
)
def test_numbers_in_words_are_read(words: str, number: int) -> None:
    found = re.fullmatch(NUMERAL, words, re.IGNORECASE)
    assert found is not None
    assert number_of(found.group()) == number


@pytest.mark.parametrize("text", ["often", "someone", "a few", "ninetyfive"])
def test_a_word_that_holds_a_number_is_none(text: str) -> None:
    assert re.search(NUMERAL, text) is None


@pytest.mark.parametrize(
    "text, names",
    [
        ("I paid at Kestrel Books and to Saffron & Rye yesterday", ["Kestrel Books", "Saffron & Rye"]),
        ("from McVale's, by IKEA", ["McVale's", "IKEA"]),
        ("with Lumen & the rest", ["Lumen"]),
        ("at home, by card, to my bank", []),
    ],
)
def test_names_are_told_by_their_capitals(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_a_name_is_known_whatever_its_apostrophe_and_case() -> None:
    assert words_of("McVale\u2019s Yard") == {"mcvale's", "yard"}


@pytest.mark.parametrize("reply", ["We have refunded it.", "I've frozen your card", "we\u2019ve now closed it"])
def test_a_claim_is_noticed(reply: str) -> None:
    assert claims_done(reply)


@pytest.mark.parametrize("reply", ["We can refund it.", "You have closed it.", "If we have any news, we write."])
def test_a_rule_is_no_claim(reply: str) -> None:
    assert not claims_done(reply)
