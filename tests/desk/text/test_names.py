"""Numbers in words, and names."""

import re

import pytest

from desk.text.names import names_in, words_of
from desk.text.numerals import NUMERAL, number_of


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
